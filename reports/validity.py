"""Where an answer stops holding: generated from the scenario and from what was tried, and only what applies."""

from collections.abc import Iterator

from reports.cases import scenario_of
from reports.language import Language
from scenarios.evidence import Evidence, MeasuredPlatform
from scenarios.inventory import inventory_of
from scenarios.ranges import Assumption
from scenarios.result import Result
from scenarios.scenario import Scenario


def limits_of_validity(result: Result, language: Language) -> list[str]:
    """Say each limit that applies."""
    scenario = scenario_of(result)
    said = [language.text(f"validity.{name}") for name, does in _applies(result, scenario).items() if does]
    return [*said, *_uptake(result, language)]


def _applies(result: Result, scenario: Scenario) -> dict[str, bool]:
    evidence, behaviour = scenario.evidence or Evidence(), scenario.behaviour
    several = len(scenario.municipality.names) > 1
    return {
        "not_helsenorge": evidence.platform is not MeasuredPlatform.OWN,
        "behaviour": evidence.people is None,
        "tested": bool(evidence.tests_of(scenario.platform)),
        "one_value": result.sensitivity is None,
        "varied": result.sensitivity is not None,
        "grid": result.kind == "recommend",
        "no_extrapolation": result.kind == "recommend",
        "delivery": True,
        "one_list": True,
        "invited_only": behaviour.forwarded is None,
        "one_book": any(len(one.books) > 1 for one in inventory_of(scenario)),
        "no_cancellations": behaviour.cancel is None,
        "cancellations": behaviour.cancel is not None,
        "alone": not several and scenario.platform.background is None,
        "others": scenario.platform.background is not None,
        "neighbours": several,
        "login": True,
        "waiting_room": scenario.platform.waiting_room is not None,
    }


def _uptake(result: Result, language: Language) -> Iterator[str]:
    """Between which shares who want an appointment was looked at."""
    swings = [] if result.sensitivity is None else result.sensitivity.swings
    for swing in swings:
        if swing.assumption == Assumption.UPTAKE:
            ends = [end.value for end in (swing.low, swing.high) if end and end.value is not None]
            low, high = (language.notation.percent(pick([swing.value, *ends])) for pick in (min, max))
            yield language.text("validity.uptake_range", low=low, high=high)
