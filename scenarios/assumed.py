"""What a scenario assumes, each thing as one dial: the same question with one value so many times as large.

A factor moves every value of its kind at once, medians of all groups of people for one, and leaves everything else as
it is. People keep their luck (`scenarios.streams`), so what differs is the dial.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, assert_never

from scenarios.behaviour import Behaviour, ResponseCrowd, ResponseGroup
from scenarios.booking_platform import Platform
from scenarios.page_service_time import PageServiceTime
from scenarios.ranges import Assumption
from scenarios.scenario import Scenario

SHARES: Final = frozenset({
    Assumption.UPTAKE, Assumption.DELIVERED, Assumption.FIRST_CHOICE, Assumption.RETRY, Assumption.RELOAD,
    Assumption.CANCEL,
})  # fmt: skip
"""Those whose value is a share; it ends at all."""
RATES: Final = frozenset({Assumption.OTHERS})

FACTORS: Final[Mapping[Assumption, tuple[float, float]]] = MappingProxyType(
    dict.fromkeys(Assumption, (0.5, 2.0))
    | {
        Assumption.UPTAKE: (0.8, 1.2),
        Assumption.DELIVERED: (0.9, 1.05),
        Assumption.FIRST_CHOICE: (0.5, 1.5),
        Assumption.RETRY: (0.5, 1.15),
    }
)
"""Low and high where the scenario gives none. ASSUMPTION: a time may be half or twice as long; a share is known better,
and SMS that arrive best."""


def range_of(scenario: Scenario, one: Assumption) -> tuple[float, float]:
    """Low and high as factors: the scenario's own (`ranges`), or `FACTORS`."""
    return scenario.ranges.get(one, FACTORS[one])


def value_of(scenario: Scenario, one: Assumption) -> float | None:
    """The value that stands for a dial in words: seconds, a share, or a rate per second; None where there is none."""
    behaviour, platform = scenario.behaviour, scenario.platform
    others = platform.background
    values: dict[Assumption, float | None] = {
        Assumption.RESPONSE: behaviour.response.median,
        Assumption.UPTAKE: behaviour.uptake,
        Assumption.DELIVERED: scenario.invitation.delivered,
        Assumption.LOGIN_TIME: behaviour.session.login,
        Assumption.THINK_TIME: behaviour.session.choose,
        Assumption.FIRST_CHOICE: behaviour.slot_choice.first or None,
        Assumption.RETRY: behaviour.after_rejection.retry or None,
        Assumption.PATIENCE: behaviour.patience.page,
        Assumption.RELOAD: behaviour.reload.share if behaviour.reload else None,
        Assumption.CANCEL: behaviour.cancel.share if behaviour.cancel else None,
        Assumption.LOGIN_WORK: platform.login.service_time,
        Assumption.PAGE_WORK: platform.service_time.list,
        Assumption.RECORD_WORK: platform.ehr.service_time,
        Assumption.OTHERS: next((one for one in (others.pages, others.login, others.ehr) if one), None)
        if others
        else None,
    }
    return values[one]


def varied(scenario: Scenario, one: Assumption, factor: float) -> Scenario | None:
    """The same question with one dial at so many times its value, a share at all of it at most.

    None where the scenario does not have it, or nothing would change, or others would leave nobody room.
    """
    value = value_of(scenario, one)
    if value is None:
        return None
    changed = _turned(scenario, one, factor)
    return None if value_of(changed, one) == value or too_full(changed) else changed


def too_full(scenario: Scenario) -> bool:
    """Whether others alone are as much as a station can do, or more."""
    others = scenario.platform.background
    return others is not None and any(
        (others.per_s(station) or 0.0) * others.mean_times >= most
        for station, most in scenario.platform.most_per_s.items()
    )


def _turned(scenario: Scenario, one: Assumption, factor: float) -> Scenario:
    match one:
        case Assumption.DELIVERED:
            invitation = scenario.invitation
            return scenario.model_copy(
                update={"invitation": _with(invitation, delivered=_share(invitation.delivered, factor))}
            )
        case Assumption.LOGIN_WORK | Assumption.PAGE_WORK | Assumption.RECORD_WORK | Assumption.OTHERS:
            return scenario.model_copy(update={"platform": _platform(scenario.platform, one, factor)})
        case _:
            return scenario.model_copy(update={"behaviour": _behaviour(scenario.behaviour, one, factor)})


def _platform(platform: Platform, one: Assumption, factor: float) -> Platform:
    match one:
        case Assumption.LOGIN_WORK:
            login = platform.login
            return _with(platform, login=_with(login, service_time=login.service_time * factor))
        case Assumption.RECORD_WORK:
            ehr = platform.ehr
            return _with(platform, ehr=_with(ehr, service_time=ehr.service_time * factor))
        case Assumption.PAGE_WORK:
            times = _times(platform.service_time, PageServiceTime.model_fields, factor)
            return _with(platform, service_time=times)
        case _:
            return _with(platform, background=_times(platform.background, ("login", "pages", "ehr"), factor))


def _behaviour(behaviour: Behaviour, one: Assumption, factor: float) -> Behaviour:  # noqa: C901  (one arm a dial)
    match one:
        case Assumption.RESPONSE:
            return _with(behaviour, response=_faster(behaviour, factor))
        case Assumption.UPTAKE:
            return _with(behaviour, uptake=_share(behaviour.uptake, factor))
        case Assumption.LOGIN_TIME:
            return _with(behaviour, session=_times(behaviour.session, ("login",), factor))
        case Assumption.THINK_TIME:
            return _with(behaviour, session=_times(behaviour.session, ("choose", "form"), factor))
        case Assumption.FIRST_CHOICE:
            return _with(behaviour, slot_choice=_choice(behaviour, factor))
        case Assumption.RETRY:
            after = behaviour.after_rejection
            return _with(behaviour, after_rejection=_with(after, retry=_share(after.retry, factor)))
        case Assumption.PATIENCE:
            return _with(behaviour, patience=_times(behaviour.patience, ("page", "answer", "queue"), factor))
        case Assumption.RELOAD:
            reload = behaviour.reload
            return _with(behaviour, reload=reload and _with(reload, share=_share(reload.share, factor)))
        case Assumption.CANCEL:
            cancel = behaviour.cancel
            return _with(behaviour, cancel=cancel and _with(cancel, share=_share(cancel.share, factor)))
        case (
            Assumption.DELIVERED
            | Assumption.LOGIN_WORK
            | Assumption.PAGE_WORK
            | Assumption.RECORD_WORK
            | Assumption.OTHERS
        ):
            raise AssertionError(f"{one} is not about people")
        case _:
            assert_never(one)


def _faster(behaviour: Behaviour, factor: float) -> Any:
    """Every median of those who answer, in groups and crowds too."""
    response = behaviour.response

    def turned(group: ResponseGroup) -> ResponseGroup:
        return _with(group, median=group.median * factor)

    def each(crowd: ResponseCrowd) -> ResponseCrowd:
        return _with(crowd, median=crowd.median * factor, groups=tuple(map(turned, crowd.groups)))

    return _with(
        response,
        median=response.median * factor,
        groups=tuple(map(turned, response.groups)),
        crowds=tuple(map(each, response.crowds)),
    )


def _choice(behaviour: Behaviour, factor: float) -> Any:
    """More or fewer take the first; the others keep their proportion, or all look for a wished time."""
    choice = behaviour.slot_choice
    first = _share(choice.first, factor)
    rest = 1 - choice.first
    preferred = (1 - first) * (choice.preferred / rest if rest > 0 else 1.0)
    return _with(choice, first=first, preferred=preferred, uniform=max(0.0, 1 - first - preferred))


def _share(share: float, factor: float) -> float:
    return min(1.0, share * factor)


def _with(part: Any, **changes: Any) -> Any:
    return part.model_copy(update=changes)


def _times(part: Any, names: Any, factor: float) -> Any:
    return _with(part, **dict(_multiplied(part, names, factor)))


def _multiplied(part: Any, names: Any, factor: float) -> Iterator[tuple[str, float]]:
    for name in names:
        value: float | None = getattr(part, name)
        if value is not None:
            yield name, value * factor
