"""One wave against a server of its own: what was measured, whether the generator kept up, and what the checker says."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from loadtests.capacity.people import Stretch, people_in, wave_of
from loadtests.capacity.search import Bore, Seen, Spoiled, Wrong
from loadtests.history import check, places_of
from loadtests.processes import ALONE, Shape
from loadtests.run import run
from loadtests.target import fetch_settled_export
from scenarios.columns import Columns, columns_of
from scenarios.neighbours import Server
from scenarios.plan import plan_of
from scenarios.run import Run, judged, run_of
from scenarios.scenario import Scenario
from scenarios.thresholds import Threshold

Serve: TypeAlias = Callable[[Scenario], AbstractContextManager[Server]]
"""Starts a server for a scenario, with all its places free, for the length of a `with` block."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """A wave that was lived: its measures and record, and what the search is told."""

    people: int
    measures: Run
    record: Columns
    start_lag_p99_s: float
    seen: Seen
    interrupted: bool


class Waves:
    """Makes waves, each with a server and a folder of its own, so that none finds what another left.

    Parameters
    ----------
    limits : sequence of Threshold
        What a wave may break; each is held against the wave's own value.
    speedup : float
        Of people and platform alike.
    workers : int
        Processes that share each wave.
    out : Path
        Gets a folder for each wave, in the order made.
    """

    def __init__(self, limits: Sequence[Threshold], serve: Serve, speedup: float, workers: int, out: Path) -> None:
        self._limits, self._serve, self._speedup, self._out = tuple(limits), serve, speedup, out
        self._shape = ALONE if workers == 1 else Shape(workers=workers)
        self.made = 0

    def most_people(self, scenario: Scenario) -> int:
        """How many a wave can have, whichever replication it is drawn from."""
        plans = (plan_of(scenario, scenario.policy, replication) for replication in range(_LOOKED_AT))
        return int(min(people_in(plan) for plan in plans) * _SAFE)

    def live(self, scenario: Scenario, stretches: Sequence[Stretch]) -> Lived:
        """Live a wave; each is drawn from a replication of its own, so that waves of one size differ by chance."""
        self.made += 1
        plan = wave_of(plan_of(scenario, scenario.policy, self.made), stretches)
        people = people_in(plan)
        folder = self._out / f"wave-{self.made:02}-of-{people}"
        with self._serve(scenario) as server:
            lived = run(scenario, plan, base_url=server.base_url, speedup=self._speedup, out=folder, shape=self._shape)
            export = fetch_settled_export(server.base_url, server.admin_token) if server.admin_token else None
        record = columns_of(lived.attempts)
        measures = run_of(scenario, plan, record, with_timeline=False)
        history = check(
            lived.attempts,
            export,
            places_of(scenario),
            run=lived.run,
            partial=lived.partial,
            clock_error_s=lived.clock_error_s * self._speedup,
        )
        if history.verdict == "anomaly":
            seen: Seen = Wrong(history.anomalies[0])
        elif lived.reason is not None or lived.partial:
            seen = Spoiled(lived.reason or "the wave was not finished")
        else:
            seen = Bore(tuple(one.expression for one in judged(self._limits, [measures]) if one.verdict == "fail"))
        return Lived(
            people=people,
            measures=measures,
            record=record,
            start_lag_p99_s=lived.generator.start_lag_p99_s,
            seen=seen,
            interrupted=lived.interrupted,
        )


_LOOKED_AT = 4
_SAFE = 0.9
"""How many act differs from replication to replication by chance. ASSUMPTION: a tenth is room enough."""
