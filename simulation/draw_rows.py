"""What draws are made from, laid out for the kernel: a plan in arrays, or the laws that a plan would be drawn by."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scenarios.crowds import Crowd, crowds_of, ways_of
from scenarios.inventory import InvitingMunicipality, inventory_of
from scenarios.plan import IntArray, Plan, retry_shares
from scenarios.plan_source import PlanSource
from scenarios.quantiles import LEAST, exponential, lognormal, looked_up
from scenarios.responding import AnsweringGroup, answering
from scenarios.scenario import Scenario
from scenarios.streams import TICK_S, FloatArray, Quantity, on_grid
from simulation.book_rows import starts
from simulation.deliveries import Deliveries
from simulation.kernel import codes, layout
from simulation.service_times import medians_s, service_times


@dataclass(frozen=True, slots=True)
class DrawRows:
    """Arrays and values of the kernel's world; `kept` are tables that laws have by address."""

    arrays: dict[str, NDArray[Any]]
    values: dict[str, float]
    kept: tuple[FloatArray, ...] = ()


_OF_THE_PLAN: Final = (
    "planned_s", "page_patience_s", "answer_patience_s", "choose_s", "form_s", "wait_s", "where", "pick", "preferred",
    "retries",
)  # fmt: skip


def of_the_plan(scenario: Scenario, plan: Plan) -> DrawRows:
    """The arrays of a plan, and the service times that go with it."""
    arrays = {name: getattr(plan, name) for name in _OF_THE_PLAN}
    arrays |= {"book": _counted_through(scenario, plan), "work_s": service_times(scenario, plan)}
    if plan.queue_patience_s is not None:
        arrays["queue_patience_s"] = plan.queue_patience_s
    deliveries = Deliveries.of(scenario, plan)
    if deliveries is not None:
        arrays |= {
            "delivery_row": deliveries.row,
            "delivery_failures": deliveries.failures,
            "delivery_s": deliveries.busy_s,
        }
    if plan.reload_after_s is not None and plan.reloads is not None:
        arrays |= {"reload_after_s": plan.reload_after_s, "reloads": plan.reloads}
    values = {"on_demand": 0, "poll_s": plan.poll_s, "tries": plan.tries, "reloading": plan.reloads is not None}
    return DrawRows(arrays, values)


def on_demand(source: PlanSource) -> DrawRows:
    """What every draw of a plan is made from."""
    scenario, laws = source.scenario, _Laws(source.replication << 16)
    reload = scenario.behaviour.reload
    behaviour, choice = scenario.behaviour, scenario.behaviour.slot_choice
    system, ways = scenario.platform.ehr, [answering(way) for way in ways_of(behaviour.response)]
    _write_laws(laws, scenario, [group for groups in ways for group in groups])
    inventory = inventory_of(scenario)
    return DrawRows(
        {
            "laws": np.array(laws.rows, layout.LAW),
            "groups": np.concatenate([_group_rows(groups) for groups in ways]),
            "ways": _way_rows(ways),
            **_crowd_rows(crowds_of(scenario, source.policy)),
            "retry_shares": retry_shares(scenario),
            "book_shares": np.concatenate([_shares(owner) for owner in inventory]),
            **_owner_rows(inventory),
        },
        {
            "on_demand": 1,
            "seed": source.seed,
            "replication": source.replication << 16,
            "poll_s": on_grid(behaviour.session.poll),
            "tries": behaviour.after_rejection.give_up_after,
            "first_share": choice.first,
            "not_uniform_share": choice.first + choice.preferred,
            "delivered": scenario.invitation.delivered,
            "uptake": behaviour.uptake,
            "reloading": reload is not None,
            "most_reloads": 0 if reload is None else reload.most,
            "reload_share": 0.0 if reload is None else reload.share,
            "failing": system.failing or 0.0,
            "timeout_s": np.inf if system.timeout is None else on_grid(system.timeout),
            "least_s": on_grid(behaviour.response.least),
            "least_patience_s": least_s(behaviour.patience.page, behaviour.patience.sigma),
        },
        tuple(laws.tables),
    )


def least_s(median_s: float, sigma: float) -> float:
    """A length of time than which `scenarios.streams.lognormals` draws none shorter.

    Tables rise, but for their last digits: a thousandth is far more than these.
    """
    if sigma == 0:
        return max(on_grid(median_s), TICK_S)
    shortest = float(looked_up(lognormal(sigma), np.array([LEAST]))[0])
    return max(on_grid(0.999 * median_s * shortest), TICK_S)


class _Laws:
    def __init__(self, replication: int) -> None:
        self._replication = replication
        self.rows: list[tuple[int, int, float]] = []
        self.tables: list[FloatArray] = []

    def lognormal(self, quantity: Quantity, median_s: float, sigma: float, below: float = 1.0) -> None:
        """As `scenarios.streams.lognormals`."""
        if sigma == 0:
            constant_s = max(on_grid(median_s), TICK_S)
            self.rows.append((self._replication | quantity, 0, constant_s))
        else:
            self.add(quantity, lognormal(sigma, below), median_s)

    def add(self, quantity: Quantity, table: FloatArray, scale_s: float) -> None:
        self.tables.append(table)
        self.rows.append((self._replication | quantity, table.ctypes.data, scale_s))

    def nothing(self, quantity: Quantity) -> None:
        """No time at all."""
        self.rows.append((self._replication | quantity, 0, 0.0))


def _write_laws(laws: _Laws, scenario: Scenario, groups: Sequence[AnsweringGroup]) -> None:
    """In the order of the numbers in `codes`."""
    session, patience, sigma = (
        scenario.behaviour.session,
        scenario.behaviour.patience,
        scenario.behaviour.patience.sigma,
    )
    laws.lognormal(Quantity.LOGIN, session.login, session.sigma)
    laws.lognormal(Quantity.PAGE_PATIENCE, patience.page, sigma)
    laws.lognormal(Quantity.ANSWER_PATIENCE, patience.answer, sigma)
    laws.lognormal(Quantity.QUEUE_PATIENCE, patience.queue or patience.answer, sigma)
    laws.lognormal(Quantity.CHOOSE, session.choose, session.sigma)
    if session.form == 0:
        laws.nothing(Quantity.FORM)
    else:
        laws.lognormal(Quantity.FORM, session.form, session.sigma)
    laws.add(Quantity.WAIT, exponential(), scenario.behaviour.after_rejection.wait)
    laws.lognormal(Quantity.REDELIVERY, scenario.platform.ehr.service_time, scenario.platform.sigma)
    how = scenario.behaviour.reload
    if how is None:
        laws.nothing(Quantity.RELOAD_AFTER)
    else:
        laws.lognormal(Quantity.RELOAD_AFTER, how.after, how.sigma)
    medians = medians_s(scenario)
    for column in range(codes.COLUMNS):
        laws.lognormal(Quantity.SERVICE, medians[column], scenario.platform.sigma)
    for group in groups:
        laws.lognormal(Quantity.RESPONSE, group.median_s, group.sigma, group.below)


def _group_rows(groups: tuple[AnsweringGroup, ...]) -> NDArray[Any]:
    ends = [*(group.begins for group in groups[1:]), 1.0]
    rows = [(group.begins, end, group.share) for group, end in zip(groups, ends, strict=True)]
    return np.array(rows, layout.GROUP)


def _way_rows(ways: Sequence[Sequence[AnsweringGroup]]) -> NDArray[Any]:
    ends = np.cumsum([len(groups) for groups in ways]).tolist()
    rows = [(end - len(groups), end - 1) for end, groups in zip(ends, ways, strict=True)]
    return np.array(rows, layout.WAY)


def _crowd_rows(crowds: Sequence[Crowd]) -> dict[str, NDArray[Any]]:
    ends = np.cumsum([crowd.count for crowd in crowds]).tolist()
    parts = [len(crowd.kinds) for crowd in crowds]
    of_parts = [part for crowd in crowds for part in zip(crowd.ends, crowd.kinds, strict=True)]
    return {
        "crowds": np.array(list(zip(ends, starts(parts), parts, strict=True)), layout.CROWD),
        "crowd_parts": np.array(of_parts, layout.CROWD_PART),
    }


def _owner_rows(inventory: tuple[InvitingMunicipality, ...]) -> dict[str, NDArray[Any]]:
    ends = np.cumsum([owner.invited for owner in inventory])
    books = [len(owner.books) for owner in inventory]
    rows = list(zip(ends.tolist(), starts(books), books, strict=True))
    ranges = np.arange(0, max(1, int(ends[-1])), 1 << codes.HINT_BITS)
    return {
        "owners": np.array(rows, layout.OWNER),
        "owner_hints": np.searchsorted(ends, ranges, side="right").astype(np.int32),
    }


def _shares(owner: InvitingMunicipality) -> FloatArray:
    """As in the plan: a book is drawn in proportion to the places it has."""
    return np.cumsum([book.capacity for book in owner.books]) / owner.capacity


def _counted_through(scenario: Scenario, plan: Plan) -> IntArray:
    """Each citizen's book, counted over all municipalities."""
    first = np.array(starts([len(municipality.books) for municipality in inventory_of(scenario)]), np.int64)
    return first[plan.municipality] + plan.book
