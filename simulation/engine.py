"""Which engine lives the plans: the readable SimPy model, or the compiled kernel with the same answers, sooner."""

import contextlib
import importlib.util
from dataclasses import dataclass, replace
from enum import StrEnum
from threading import Event
from typing import Final, assert_never

from scenarios.columns import Columns, columns_of
from scenarios.inventory import total_invited
from scenarios.plan import Plan, unsent_of
from scenarios.plan_source import PlanSource
from scenarios.policies.feedback import Feedback
from scenarios.run import Run, run_of
from scenarios.scenario import Scenario
from scenarios.sending import send_outs, their_send_outs
from simulation import compiled
from simulation.compiled_life import CompiledLife
from simulation.kernel.keeping import is_kept
from simulation.measuring import measure
from simulation.replication import simulate
from simulation.sender import sent_by_feedback
from simulation.simpy_life import SimpyLife

BREAK_EVEN: Final = 20_000
KEPT_BREAK_EVEN: Final = 5_000
"""Citizens, over all runs, from which the kernel is worth compiling, and worth loading where it was compiled before.

`benchmarks/engines.py` prints how many SimPy lives in a second, and what a small process takes in which the kernel is
loaded. Loading pays from a few thousand citizens on; the very first time it is compiled, once and for all later runs,
and that takes longer than 20,000 take SimPy.
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
    alone = scenario.platform.background is None  # others may be many more than the citizens
    small = alone and _is_small(total_invited(scenario) * runs)
    if wanted is Engine.SIMPY or (wanted is None and small):
        return Choice(Engine.SIMPY)
    if importlib.util.find_spec("numba") is None:
        return Choice(Engine.SIMPY, _NO_NUMBA)
    return Choice(Engine.COMPILED)


def _is_small(citizens: int) -> bool:
    return citizens < KEPT_BREAK_EVEN or (citizens < BREAK_EVEN and not is_kept())


def run_with(engine: Engine, source: PlanSource, stop: Event | None = None, *, with_timeline: bool = False) -> Run:
    """Live a plan and measure it; `stop` ends a compiled run early, as `compiled.live` says."""
    if isinstance(source.policy, Feedback):
        return run_of(source.scenario, *lived(source, engine, stop), with_timeline=with_timeline)
    match engine:
        case Engine.SIMPY:
            return _with_simpy(source, with_timeline)
        case Engine.COMPILED:
            try:
                return measure(source, stop, with_timeline=with_timeline)
            except compiled.TooManyEvents:
                return _with_simpy(source, with_timeline)
        case _:
            assert_never(engine)


def lived(source: PlanSource, engine: Engine = Engine.SIMPY, stop: Event | None = None) -> tuple[Plan, Columns]:
    """Draw a plan and live it; with feedback the two are one, as each batch waits for figures.

    Without feedback it is SimPy that lives it.
    """
    scenario, policy = source.scenario, source.policy
    if not isinstance(policy, Feedback):
        plan = source.plan()
        return plan, columns_of(simulate(scenario, plan))
    unsent, outs = unsent_of(scenario, policy, source.replication), send_outs(scenario, policy)
    known = {index: one.sent_s() for index, one in their_send_outs(scenario, policy).items()}
    if engine is Engine.COMPILED:
        with contextlib.suppress(compiled.TooManyEvents):
            life = CompiledLife(scenario, unsent.plan, stop)
            return sent_by_feedback(policy, outs, unsent, life, known), life.record()
    life = SimpyLife(scenario, unsent.plan)
    return sent_by_feedback(policy, outs, unsent, life, known), life.record()


def _with_simpy(source: PlanSource, with_timeline: bool) -> Run:
    run = run_of(source.scenario, *lived(source), with_timeline=with_timeline)
    return replace(run, plan_sha256=source.sha256)


_NO_NUMBA: Final = (
    "Numba is not installed, so the SimPy engine is used: the same answer, many times later. "
    "To have it: pip install numba"
)
