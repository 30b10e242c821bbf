"""The plan: exactly N citizens with the moment each acts, think times, choices and patience.

The same rows drive the simulation and the load test. A row depends on the policy through `sent_s` and `planned_s`
alone; every draw belongs to (seed, replication, quantity, citizen).
"""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scenarios.choice import Pick
from scenarios.crowds import delays_of
from scenarios.forwarding import NOBODY, passed_on_by
from scenarios.inventory import InvitingMunicipality, inventory_of
from scenarios.part import Window
from scenarios.policies.feedback import Feedback
from scenarios.policy import Policy
from scenarios.responding import acting_moments
from scenarios.scenario import Scenario
from scenarios.sending import sent_s
from scenarios.streams import (
    FloatArray,
    Quantity,
    exponentials,
    lognormals,
    on_grid,
    uniforms,
)

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """N citizens (rows) and up to K tries of each.

    Arrays of shape (N,): `municipality` and `book` (indices into the inventory), `sent_s` (the SMS leaves the
    gateway), `acts` (1 if it arrives and the citizen wants an appointment), `planned_s` (opens the page),
    `login_s`, `page_patience_s`, `answer_patience_s`. Arrays of shape (N, K), one column a try: `choose_s`,
    `form_s`, `pick` (a `Pick`), `where` (in (0, 1)), `preferred` (index of the wished time in the book), `retries`
    (1 if a rejection of this try is followed by another), `wait_s` (before it). Times are seconds from the first
    SMS, lengths seconds, all on the 2^-24 s grid. `queue_patience_s` (N,) is there only where a waiting room is,
    `reload_after_s` and `reloads` (the most of one page, each (N,)) only where the scenario has people who reload.
    `passed_on_by` (N,) is there only where links are passed on: from whom a citizen has the link, whose SMS `sent_s`
    is then.
    """

    scenario_name: str
    seed: int
    replication: int
    poll_s: float
    municipality: IntArray
    book: IntArray
    sent_s: FloatArray
    acts: IntArray
    planned_s: FloatArray
    login_s: FloatArray
    page_patience_s: FloatArray
    answer_patience_s: FloatArray
    choose_s: FloatArray
    form_s: FloatArray
    pick: IntArray
    where: FloatArray
    preferred: IntArray
    retries: IntArray
    wait_s: FloatArray
    queue_patience_s: FloatArray | None = None
    reload_after_s: FloatArray | None = None
    reloads: IntArray | None = None
    passed_on_by: IntArray | None = None

    @property
    def citizens(self) -> int:
        """N, everybody who is invited, and those whom a link may be passed on to."""
        return len(self.sent_s)

    @property
    def invited(self) -> int:
        """Those who are sent an SMS; they have the first numbers."""
        return self.citizens if self.passed_on_by is None else int((self.passed_on_by == NOBODY).sum())

    @property
    def tries(self) -> int:
        """K, the most tries of one citizen."""
        return self.choose_s.shape[1]

    @property
    def sha256(self) -> str:
        """A digest of every row and of what made them: equal plans, and no others, share it."""
        digest = hashlib.sha256(json.dumps(self.header, sort_keys=True).encode())
        for name in self.columns:
            array: FloatArray | IntArray = getattr(self, name)
            kind = "<f8" if array.dtype.kind == "f" else "<i8"
            digest.update(name.encode() + np.ascontiguousarray(array, dtype=kind).tobytes())
        return digest.hexdigest()

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the arrays that this plan has, in order."""
        return (*columns(), *(name for name in OPTIONAL if getattr(self, name) is not None))

    @property
    def header(self) -> dict[str, str | int | float]:
        """What made the plan, and its size."""
        return {
            "scenario": self.scenario_name,
            "seed": self.seed,
            "replication": self.replication,
            "poll_s": self.poll_s,
            "citizens": self.citizens,
            "tries": self.tries,
        }

    def between(self, begin_s: float | None, end_s: float | None) -> "Plan":
        """Keep the citizens who open the page from `begin_s` on and before `end_s`; the others do not act."""
        began = self.planned_s >= (-np.inf if begin_s is None else begin_s)
        ended = self.planned_s >= (np.inf if end_s is None else end_s)
        return replace(self, acts=np.where(began & ~ended, self.acts, 0))


OPTIONAL: Final = ("queue_patience_s", "reload_after_s", "reloads", "passed_on_by")
"""Arrays that a plan has only where its scenario speaks of what they are for."""


def columns() -> tuple[str, ...]:
    """Names of the arrays that every plan has, in order."""
    others = ("scenario_name", "seed", "replication", "poll_s", *OPTIONAL)
    return tuple(field.name for field in fields(Plan) if field.name not in others)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """The citizens of a plan before their SMS: everything but when each is sent to and acts, which depends on a policy.

    `plan` has no moment in it yet, infinity stands for each; `delay_s` is from the SMS to opening the page.
    """

    plan: Plan
    delay_s: FloatArray
    awake: Window | None
    start: dt.time

    def opened_s(self, sent_s: FloatArray, citizens: IntArray) -> FloatArray:
        """When these citizens open the page, each sent to at that moment."""
        return acting_moments(sent_s, self.delay_s[citizens], self.awake, self.start)

    def reached_by(self, citizens: IntArray) -> IntArray:
        """These invited citizens, and whomever they may pass the link on to."""
        source = self.plan.passed_on_by
        return citizens if source is None else np.concatenate([citizens, np.flatnonzero(np.isin(source, citizens))])

    def sms_s(self, sent_s: FloatArray) -> FloatArray:
        """For every citizen, when the SMS left with whose link they come, given those of the invited."""
        source = self.plan.passed_on_by
        return sent_s if source is None else np.concatenate([sent_s, sent_s[source[len(sent_s) :]]])

    def sent(self, sent_s: FloatArray) -> Plan:
        """The plan, where the SMS of each of the invited left at these moments."""
        sent_s = self.sms_s(sent_s)
        return replace(self.plan, sent_s=sent_s, planned_s=self.opened_s(sent_s, np.arange(self.plan.citizens)))


class NotKnownBefore(ValueError):
    """A policy that decides as it goes has no plan before it is lived."""

    def __init__(self) -> None:
        super().__init__(
            "a policy with feedback decides while the SMS go, so there is no plan before: "
            "simulate it, or choose batches, a ramp or another that is known before"
        )


def plan_of(scenario: Scenario, policy: Policy, replication: int, *, seed: int | None = None) -> Plan:
    """Draw the plan of one replication under a policy.

    Raises
    ------
    NotKnownBefore
        The policy is one with feedback.
    """
    if isinstance(policy, Feedback):
        raise NotKnownBefore
    return unsent_of(scenario, policy, replication, seed=seed).sent(np.concatenate([*sent_s(scenario, policy)]))


def unsent_of(scenario: Scenario, policy: Policy, replication: int, *, seed: int | None = None) -> Unsent:
    """Draw the citizens of one replication, whatever the policy sends when.

    Of it only the start is asked, and in which order it sends to age groups, if it does.
    """
    inventory = inventory_of(scenario)
    invited = sum(m.invited for m in inventory)
    source = passed_on_by(scenario.behaviour.forwarded, invited)
    draw = _Draw(
        scenario.experiment.seed if seed is None else seed, replication, invited if source is None else len(source)
    )
    behaviour, session, patience = scenario.behaviour, scenario.behaviour.session, scenario.behaviour.patience
    tries = behaviour.after_rejection.give_up_after
    delay_s = np.empty(draw.citizens)
    delay_s[:invited] = delays_of(
        scenario, policy, draw(Quantity.RESPONSE)[:invited], lambda: draw(Quantity.AGE)[:invited]
    )
    municipality = np.repeat(np.arange(len(inventory)), [m.invited for m in inventory])
    book = _books(inventory, draw(Quantity.BOOK)[:invited], municipality)
    where = draw.table(Quantity.WHERE, tries)
    delivered = draw(Quantity.DELIVERY) < scenario.invitation.delivered
    acts = delivered & (draw(Quantity.UPTAKE) < behaviour.uptake)
    if source is not None and behaviour.forwarded is not None:
        how, others = behaviour.forwarded, source[invited:]
        municipality, book = (np.concatenate([one, one[others]]) for one in (municipality, book))
        acts[invited:] = (delivered & (draw(Quantity.FORWARD) < how.share))[others]
        after_s = lognormals(draw(Quantity.FORWARD_AFTER)[invited:], how.after, how.sigma)
        delay_s[invited:] = delay_s[others] + after_s  # the link goes on when the SMS is opened
    never_s = np.full(draw.citizens, np.inf)
    plan = Plan(
        scenario_name=scenario.name,
        seed=draw.seed,
        replication=replication,
        poll_s=on_grid(session.poll),
        municipality=municipality,
        book=book,
        sent_s=never_s,
        acts=acts.astype(np.int64),
        planned_s=never_s,
        login_s=lognormals(draw(Quantity.LOGIN), session.login, session.sigma),
        page_patience_s=lognormals(draw(Quantity.PAGE_PATIENCE), patience.page, patience.sigma),
        answer_patience_s=lognormals(draw(Quantity.ANSWER_PATIENCE), patience.answer, patience.sigma),
        choose_s=lognormals(draw.table(Quantity.CHOOSE, tries), session.choose, session.sigma),
        form_s=_form_times(scenario, draw, tries),
        pick=_picks(scenario, draw.table(Quantity.PICK, tries)),
        where=where,
        preferred=(where * _time_counts(inventory, municipality, book)[:, None]).astype(np.int64),
        retries=_retries(scenario, draw.table(Quantity.RETRY, tries)),
        wait_s=exponentials(draw.table(Quantity.WAIT, tries), behaviour.after_rejection.wait),
        queue_patience_s=_queue_patience(scenario, draw),
        reload_after_s=_reload_after(scenario, draw),
        reloads=_reloads(scenario, draw),
        passed_on_by=source,
    )
    return Unsent(plan=plan, delay_s=delay_s, awake=behaviour.awake, start=policy.start)


@dataclass(frozen=True, slots=True)
class _Draw:
    seed: int
    replication: int
    citizens: int

    def __call__(self, quantity: Quantity) -> FloatArray:
        return self.table(quantity, 1)[:, 0]

    def table(self, quantity: Quantity, draws: int) -> FloatArray:
        return uniforms(self.seed, self.replication, quantity, self.citizens, draws)


def _form_times(scenario: Scenario, draw: _Draw, tries: int) -> FloatArray:
    if scenario.behaviour.session.form == 0:
        return np.zeros((draw.citizens, tries))
    session = scenario.behaviour.session
    return lognormals(draw.table(Quantity.FORM, tries), session.form, session.sigma)


def _queue_patience(scenario: Scenario, draw: _Draw) -> FloatArray | None:
    if scenario.platform.waiting_room is None:
        return None
    patience = scenario.behaviour.patience
    return lognormals(draw(Quantity.QUEUE_PATIENCE), patience.queue or patience.answer, patience.sigma)


def _reload_after(scenario: Scenario, draw: _Draw) -> FloatArray | None:
    how = scenario.behaviour.reload
    return None if how is None else lognormals(draw(Quantity.RELOAD_AFTER), how.after, how.sigma)


def _reloads(scenario: Scenario, draw: _Draw) -> IntArray | None:
    how = scenario.behaviour.reload
    return None if how is None else np.where(draw(Quantity.RELOAD) < how.share, how.most, 0).astype(np.int64)


def _picks(scenario: Scenario, u: FloatArray) -> IntArray:
    choice = scenario.behaviour.slot_choice
    kinds = np.select(
        [u < choice.first, u < choice.first + choice.preferred], [Pick.FIRST, Pick.PREFERRED], Pick.UNIFORM
    )
    return kinds.astype(np.int64)


def _retries(scenario: Scenario, u: FloatArray) -> IntArray:
    return (u < retry_shares(scenario)).astype(np.int64)


def retry_shares(scenario: Scenario) -> FloatArray:
    """Share that tries again after each try in turn; the last try is the last."""
    after = scenario.behaviour.after_rejection
    shares: FloatArray = after.retry * after.decay ** np.arange(after.give_up_after, dtype=np.float64)
    shares[-1] = 0.0
    return shares


def _books(inventory: tuple[InvitingMunicipality, ...], u: FloatArray, municipality: IntArray) -> IntArray:
    """Each citizen goes to one book of the municipality, drawn in proportion to the places it has. ASSUMPTION."""
    book = np.zeros(len(u), dtype=np.int64)
    for index, owner in enumerate(inventory):
        shares = np.cumsum([one.capacity for one in owner.books]) / owner.capacity
        mine = municipality == index
        book[mine] = np.minimum(np.searchsorted(shares, u[mine], side="right"), len(owner.books) - 1)
    return book


def _time_counts(inventory: tuple[InvitingMunicipality, ...], municipality: IntArray, book: IntArray) -> IntArray:
    widest = max(len(owner.books) for owner in inventory)
    counts = np.zeros((len(inventory), widest), dtype=np.int64)
    for index, owner in enumerate(inventory):
        counts[index, : len(owner.books)] = [len(one.starts) for one in owner.books]
    return counts[municipality, book]
