"""The people of a wave: exactly so many of a plan's citizens, each with a moment in it.

Who comes, and when in the wave, is drawn for each citizen and does not depend on how many come: a larger wave is the
smaller one with more people. The plan's draws (think times, choices, patience) stay as they are; what the plan says of
SMS does not matter here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from scenarios.plan import Plan
from scenarios.streams import Quantity, quantised, uniforms


@dataclass(frozen=True, slots=True)
class Stretch:
    """So many people in this time, evenly likely at every moment."""

    people: int
    length_s: float


def people_in(plan: Plan) -> int:
    """How many a wave of this plan can have: those who would act."""
    return int((plan.acts == 1).sum())


def wave_of(plan: Plan, stretches: Sequence[Stretch]) -> Plan:
    """Let people come in stretches, one after the other; everybody else stays away.

    Raises
    ------
    ValueError
        The plan has fewer people than are wanted.
    """
    wanted = sum(one.people for one in stretches)
    draws = uniforms(plan.seed, plan.replication, Quantity.WAVE, plan.citizens, 2)
    turn, moment = draws[:, 0], draws[:, 1]
    acting = np.flatnonzero(plan.acts == 1)
    if wanted > len(acting):
        raise ValueError(f"a wave of {wanted} people, and the plan has {len(acting)}")
    in_turn = acting[np.argsort(turn[acting], kind="stable")]
    planned_s, acts = np.zeros(plan.citizens), np.zeros_like(plan.acts)
    begun, begun_s = 0, 0.0
    for one in stretches:
        who = in_turn[begun : begun + one.people]
        planned_s[who] = quantised(begun_s + moment[who] * one.length_s)
        acts[who] = 1
        begun, begun_s = begun + one.people, begun_s + one.length_s
    return replace(plan, planned_s=planned_s, sent_s=planned_s, acts=acts)
