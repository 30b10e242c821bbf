"""Which ways of sending a search tries: a grid of batches, and a few of each other kind that the scenario asks for.

The others have no grid of their own: they are made from the batch sizes and pauses of the search, as few as show what
their kind can do. ASSUMPTION throughout: each has one shape.
"""

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator
from typing import Final, assert_never

from scenarios import register
from scenarios.levers import BUSY
from scenarios.part import Words
from scenarios.policies.batches import Batches
from scenarios.policies.capacity_matched import CapacityMatched
from scenarios.policies.cohort_per_day import CohortPerDay
from scenarios.policies.feedback_on_rejections import FeedbackOnRejections
from scenarios.policies.feedback_on_response_time import FeedbackOnResponseTime
from scenarios.policies.fields import ALL
from scenarios.policies.ramp import Ramp
from scenarios.policy import Policy, WithFeedback
from scenarios.recommendation import Role
from scenarios.scenario import Scenario
from scenarios.search_kinds import SearchKind, kind_of

_ALL_AT_ONCE: Final = Words(nb="Alle samtidig", en="All at once")
_RAMP: Final = 2.0
_DAILY: Final = (0.5, 0.25)


def candidates_of(scenario: Scenario) -> list[Policy]:
    """Every way of sending that is tried, each once: kinds in the scenario's order, at every start it names."""
    kinds, starts = scenario.search.kinds, starts_of(scenario)
    found = [policy for start in starts for kind in kinds for policy in _of(scenario, kind, start)]
    if kind_of(scenario.policy) in scenario.search.kinds and not isinstance(scenario.policy, Batches):
        found.append(scenario.policy)
    return list(dict.fromkeys(found))


def named_policies(scenario: Scenario) -> dict[Batches, Words]:
    """The ways of sending that people ask about by name: all at once first, and the municipality's own rule."""
    start = scenario.policy.start
    named = {Batches.of(ALL, 0.0, start): _ALL_AT_ONCE}
    if scenario.today is not None:
        named.setdefault(Batches.of(scenario.today.batch_size, scenario.today.pause, start), scenario.today.name)
    return named


def roles_of(policy: Policy, chosen: Policy | None, named: Iterable[Policy]) -> tuple[Role, ...]:
    """What a policy is in an answer; `named` has all at once first."""
    at_once, *own = named
    roles: dict[Role, bool] = {
        "recommended": policy == chosen,
        "all_at_once": policy == at_once,
        "own_rule": policy in own,
    }
    return tuple(role for role, held in roles.items() if held)


def starts_of(scenario: Scenario) -> tuple[dt.time, ...]:
    """When the first SMS may go; of a send-out that is under way it has gone."""
    if scenario.invitation.already is not None:
        return (scenario.policy.start,)
    return scenario.search.start or (scenario.policy.start,)


def _of(scenario: Scenario, kind: SearchKind, start: dt.time) -> Iterator[Policy]:
    match kind:
        case "batches":
            yield from batches_of(scenario, start)
        case "ramp":
            yield from _ramps(scenario, start)
        case "capacity_matched":
            for pause in _pauses(scenario):
                yield CapacityMatched.model_construct(utilisation=BUSY, pause=pause, start=start, kind=kind)
        case "cohort_per_day":
            yield from _by_day(scenario, start)
        case "feedback":
            yield from _with_feedback(scenario, start)
        case _:
            assert_never(kind)


def batches_of(scenario: Scenario, start: dt.time) -> Iterator[Batches]:
    """The grid of batch sizes and pauses."""
    for size, pause in itertools.product(scenario.search.batch_size, scenario.search.pause):
        yield Batches.of(size, 0.0 if size == ALL else pause, start)


def _sizes(scenario: Scenario) -> list[int]:
    return sorted(size for size in scenario.search.batch_size if size != ALL)


def _pauses(scenario: Scenario) -> list[float]:
    return sorted({pause for pause in scenario.search.pause if pause > 0})


def _ramps(scenario: Scenario, start: dt.time) -> Iterator[Ramp]:
    """From the smallest batch of the search, twice as many each time, to the largest."""
    sizes = _sizes(scenario)
    for pause in _pauses(scenario) if len(sizes) > 1 else ():
        yield Ramp.model_construct(
            kind="ramp", first=sizes[0], largest=sizes[-1], step=None, factor=_RAMP, pause=pause, start=start
        )


def _by_day(scenario: Scenario, start: dt.time) -> Iterator[CohortPerDay]:
    """Age groups in turn, the oldest first and the youngest first; a share of all a day where ages are not known."""
    sizes, pauses = _sizes(scenario), _pauses(scenario)
    within = [(ALL, 0.0), *[(size, pause) for size in sizes[len(sizes) // 2 :][:1] for pause in pauses[:1]]]
    orders = _orders(scenario)
    for size, pause in within:
        for cohorts in orders:
            yield CohortPerDay.model_construct(
                kind="cohort_per_day", cohorts=cohorts, share=None, batch_size=size, pause=pause, start=start
            )
        for share in () if orders else _DAILY:
            yield CohortPerDay.model_construct(
                kind="cohort_per_day", cohorts=(), share=share, batch_size=size, pause=pause, start=start
            )


def _orders(scenario: Scenario) -> list[tuple[str, ...]]:
    """In which orders age groups may be sent to: those of the policy, or those of the register, each way round."""
    own, invited = scenario.policy, scenario.invitation.cohort
    if isinstance(own, CohortPerDay) and own.cohorts:
        given = own.cohorts
    elif invited is not None and scenario.registered:
        given = register.groups_of(invited)[::-1]
    else:
        return []
    return list(dict.fromkeys([given, given[::-1]])) if len(given) > 1 else []


def _with_feedback(scenario: Scenario, start: dt.time) -> Iterator[WithFeedback]:
    """From the smallest batch, by half of it more each time, up to the largest; the target is the scenario's limit."""
    sizes = _sizes(scenario)
    if not sizes:
        return
    pace = {"first": sizes[0], "increase": max(1, sizes[0] // 2), "most": sizes[-1]}
    rejections = next((one for one in scenario.limits if one.measure.startswith("rejections_per_100")), None)
    slow = next((one for one in scenario.limits if one.measure == "response_time_p95_s"), None)
    for pause in _pauses(scenario):
        common = {**pace, "pause": f"{pause} s", "start": start.isoformat("minutes")}
        if rejections is not None and 0 < rejections.limit <= 100:
            target = f"{rejections.limit:g} %"
            yield FeedbackOnRejections.model_validate({"kind": "feedback_on_rejections", "target": target, **common})
        elif slow is not None and slow.limit > 0:
            slowly = {"kind": "feedback_on_response_time", "target": f"{slow.limit} s"}
            yield FeedbackOnResponseTime.model_validate(slowly | common)
