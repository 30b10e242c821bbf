"""The background load laid out for the kernel."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from scenarios.others import Traffic, traffic_of
from scenarios.plan import Plan
from scenarios.plan_source import PlanSource
from scenarios.quantiles import exponential, lognormal
from scenarios.scenario import Scenario
from scenarios.streams import TICK_S, FloatArray, Quantity, on_grid
from simulation.kernel import codes, layout


@dataclass(frozen=True, slots=True)
class OtherRows:
    """Rows of the kernel's world; `kept` are tables that `traffic` has by address."""

    traffic: NDArray[Any]
    hours: NDArray[Any]
    first_events: NDArray[Any]
    values: dict[str, float]
    kept: tuple[FloatArray, ...]

    @classmethod
    def of(cls, scenario: Scenario, plan: Plan | PlanSource) -> Self | None:
        """Lay it out; None where the scenario has no background load."""
        load = traffic_of(scenario, plan)
        if not load:
            return None
        rows, tables = np.zeros(3, layout.TRAFFIC), [exponential()]
        for one in load:
            _write(rows[one.station : one.station + 1], one, tables)
        profile = load[0].profile
        values = {
            "seed": plan.seed,
            "usual_share": profile.usual,
            "start_s": profile.start_s,
            "hour_count": len(profile.spans),
        }
        return cls(rows, np.array(list(profile.spans), layout.HOURS), _first_events(load, rows), values, tuple(tables))


def _write(row: NDArray[Any], one: Traffic, tables: list[FloatArray]) -> None:
    streams = {
        "gap_stream": Quantity.BACKGROUND_GAP,
        "thinning_stream": Quantity.BACKGROUND_THINNING,
        "work_stream": Quantity.BACKGROUND_WORK,
    }
    for name, quantity in streams.items():
        row[name] = one.replication << 16 | quantity
    row["gap_table"], row["gap_s"] = tables[0].ctypes.data, 1 / one.most_per_s
    if one.sigma == 0:
        row["work_s"] = max(on_grid(one.median_s), TICK_S)
        return
    tables.append(lognormal(one.sigma, 1.0))
    row["work_table"], row["work_s"] = tables[-1].ctypes.data, one.median_s


def _first_events(load: tuple[Traffic, ...], rows: NDArray[Any]) -> NDArray[Any]:
    """The first request to each station as a timeout, in order of time; they are the first timeouts that are made."""
    events: list[tuple[float, int]] = []
    for made, one in enumerate(load):
        rows["drawn"][one.station], at_s, _ = next(one.requests())
        who = one.station << codes.KIND_BITS | int(codes.OTHERS_COME)
        events.append((at_s, made << codes.WHO_BITS + codes.KIND_BITS | who))
    return np.array(sorted(events), layout.WAITING)
