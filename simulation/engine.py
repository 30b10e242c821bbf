"""Which engine lives the plans: the readable SimPy model, or the compiled kernel with the same answers, sooner."""

import contextlib
import importlib.util
from dataclasses import dataclass
from enum import StrEnum
from threading import Event
from typing import Final, assert_never

from scenarios.columns import Columns, columns_of
from scenarios.inventory import total_invited
from scenarios.plan import Plan, plan_of, unsent_of
from scenarios.policies.feedback import Feedback
from scenarios.policy import Policy
from scenarios.scenario import Scenario
from scenarios.sending import send_outs
from simulation import compiled
from simulation.compiled_life import CompiledLife
from simulation.replication import simulate
from simulation.sender import sent_by_feedback
from simulation.simpy_life import SimpyLife

BREAK_EVEN: Final = 20_000
"""Citizens, over all runs, from which the kernel is worth loading.

Measured on a busy machine (`benchmarks/engines.py`): SimPy lives 2,700 a second, so these take it about 7 s; loading
the kernel takes 0.4 s, and the very first time, when it is compiled, 10 s.
"""


class Engine(StrEnum):
    """An engine that lives a plan."""

    SIMPY = "simpy"
    COMPILED = "compiled"


@dataclass(frozen=True, slots=True)
class Choice:
    """The engine that is used, and what people should know about that, if anything."""

    engine: Engine
    note: str | None = None


def chosen(wanted: Engine | None, scenario: Scenario, runs: int) -> Choice:
    """Choose the engine for so many runs of a scenario; `wanted` is None where bolk is to choose.

    Both give the same attempts bit for bit, so the choice is one of time alone, and one that cannot be had is
    answered with SimPy and a note.
    """
    small = total_invited(scenario) * runs < BREAK_EVEN
    if wanted is Engine.SIMPY or (wanted is None and small):
        return Choice(Engine.SIMPY)
    if importlib.util.find_spec("numba") is None:
        return Choice(Engine.SIMPY, _NO_NUMBA)
    return Choice(Engine.COMPILED)


def lived(
    engine: Engine, scenario: Scenario, policy: Policy, replication: int, stop: Event | None = None
) -> tuple[Plan, Columns]:
    """Draw the plan of one replication and live it; with feedback the two are one, as each batch waits for figures."""
    if not isinstance(policy, Feedback):
        plan = plan_of(scenario, policy, replication)
        return plan, record_of(engine, scenario, plan, stop)
    unsent, outs = unsent_of(scenario, policy, replication), send_outs(scenario, policy)
    if engine is Engine.COMPILED:
        with contextlib.suppress(compiled.TooManyEvents):
            life = CompiledLife(scenario, unsent.plan, stop)
            return sent_by_feedback(policy, outs, unsent, life), life.record()
    life = SimpyLife(scenario, unsent.plan)
    return sent_by_feedback(policy, outs, unsent, life), life.record()


def record_of(engine: Engine, scenario: Scenario, plan: Plan, stop: Event | None = None) -> Columns:
    """Live a plan; `stop` ends a compiled run early, as `compiled.live` says."""
    match engine:
        case Engine.SIMPY:
            return columns_of(simulate(scenario, plan))
        case Engine.COMPILED:
            try:
                return compiled.live(scenario, plan, stop)
            except compiled.TooManyEvents:
                return columns_of(simulate(scenario, plan))
        case _:
            assert_never(engine)


_NO_NUMBA: Final = (
    "Numba is not installed, so the SimPy engine is used: the same answer, many times later. "
    "To have it: pip install numba"
)
