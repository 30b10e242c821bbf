"""Rows of a plan as citizens: what each will do, for those who live the plan one by one."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scenarios.choice import Pick
from scenarios.plan import IntArray, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """What a citizen will do in one try: one column of the plan's (N, K) arrays."""

    choose_s: float
    form_s: float
    pick: Pick
    where: float
    preferred: int
    retries: bool
    wait_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Citizen:
    """One row of the plan; `municipality` and `book` are indices into the inventory.

    `queue_patience_s` is None where no waiting room stands in front. A page that has not come after `reload_after_s` is
    asked for again, at most `reloads` times. `tries` ends with the first that nobody comes back after.
    """

    number: int
    municipality: int
    book: int
    planned_s: float
    login_s: float
    page_patience_s: float
    answer_patience_s: float
    poll_s: float
    tries: tuple[Try, ...]
    queue_patience_s: float | None = None
    reload_after_s: float = math.inf
    reloads: int = 0

    def reloads_at(self, asked_s: float, until_s: float) -> Iterator[float]:
        """When a page that was asked for at a moment and does not come is asked for again, before `until_s`."""
        for number in range(1, self.reloads + 1):
            again_s = asked_s + number * self.reload_after_s
            if again_s >= until_s:
                return
            yield again_s


_EACH = ("municipality", "book", "planned_s", "login_s", "page_patience_s", "answer_patience_s")
_EACH_IF_ANY = ("queue_patience_s", "reload_after_s", "reloads")
_EACH_TRY = ("choose_s", "form_s", "pick", "where", "preferred", "retries", "wait_s")


def opening_order(plan: Plan) -> IntArray:
    """Rows of those who act, in the order in which they open the page."""
    acting = np.flatnonzero(plan.acts == 1)
    return acting[np.argsort(plan.planned_s[acting], kind="stable")]


def citizens_of(plan: Plan, numbers: Sequence[int] | None = None) -> Iterator[Citizen]:
    """Those who act, in the order in which they open the page; each made when asked for.

    A citizen's number is that of the row, unless the rows have others.
    """
    order: list[int] = opening_order(plan).tolist()
    # Python's own numbers, made all at once: one by one out of an array they cost ten times as much.
    each = {name: getattr(plan, name).tolist() for name in _EACH}
    each |= {name: getattr(plan, name).tolist() for name in _EACH_IF_ANY if getattr(plan, name) is not None}
    each_try = [getattr(plan, name).tolist() for name in _EACH_TRY]
    for i in order:
        yield Citizen(
            number=i if numbers is None else numbers[i],
            poll_s=plan.poll_s,
            tries=tuple(_tries_of([column[i] for column in each_try])),
            **{name: column[i] for name, column in each.items()},
        )


def longest_s(plan: Plan) -> float:
    """The moment by which every journey of a plan is over, whatever the server does."""
    acting = plan.acts == 1
    if not acting.any():
        return 0.0
    # Log-in and books; then in each try days, slots, and whichever is longer after the reservation was sent:
    # the request itself, or the wait for an answer with one last look in the inbox.
    one_try = plan.choose_s + plan.form_s + plan.wait_s + 3 * plan.page_patience_s[:, None]
    tries = one_try.sum(axis=1) + plan.tries * plan.answer_patience_s
    ends = plan.planned_s + plan.login_s + 2 * plan.page_patience_s + tries
    if plan.queue_patience_s is not None:
        # A session may end before any request: books; then in each try days, slots, hold, reservation and last look.
        ends = ends + (1 + 5 * plan.tries) * (plan.queue_patience_s + plan.page_patience_s)
    return float(ends[acting].max())


def _tries_of(columns: Sequence[Sequence[Any]]) -> Iterator[Try]:
    for one in zip(*columns, strict=True):
        row = _try_of(*one)
        yield row
        if not row.retries:
            return


def _try_of(
    choose_s: float, form_s: float, pick: int, where: float, preferred: int, retries: int, wait_s: float
) -> Try:
    return Try(
        choose_s=choose_s,
        form_s=form_s,
        pick=_PICKS[pick],
        where=where,
        preferred=preferred,
        retries=bool(retries),
        wait_s=wait_s,
    )


_PICKS = {int(pick): pick for pick in Pick}
