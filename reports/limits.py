"""Limits in words: what a threshold asks, what a policy broke, and which lever that kind of limit answers to."""

from enum import StrEnum
from typing import Final

from reports.amounts import value_text
from reports.language import Language
from scenarios.measures import MEASURES
from scenarios.recommendation import Candidate
from scenarios.scenario import Scenario
from scenarios.thresholds import Comparison, Statistic, Threshold, threshold_of


class Nature(StrEnum):
    """What a limit is about. Smaller batches cure overload; they hardly cure collisions, and never scarcity."""

    OVERLOAD = "overload"
    COLLISION = "collision"
    SCARCITY = "scarcity"
    LEAVING = "leaving"  # gave up: after a queue or after rejections
    CORRECTNESS = "correctness"
    DEADLINE = "deadline"


_NATURES: Final = {
    "rejections_per_100_attempts": Nature.COLLISION,
    "rejections_per_100_citizens": Nature.COLLISION,
    "time_to_first_rejection_s": Nature.COLLISION,
    "no_slot_per_100_citizens": Nature.SCARCITY,
    "booked_count": Nature.SCARCITY,
    "unfilled_slots_count": Nature.SCARCITY,
    "gave_up_per_100_citizens": Nature.LEAVING,
    "double_bookings": Nature.CORRECTNESS,
    "time_to_invite_all_s": Nature.DEADLINE,
}

_SCOPES: Final = {
    (Statistic.MAX, Comparison.AT_MOST): "every",
    (Statistic.MAX, Comparison.BELOW): "every",
    (Statistic.MAX, Comparison.EQUAL): "every",
    (Statistic.MIN, Comparison.AT_LEAST): "every",
    (Statistic.MIN, Comparison.ABOVE): "every",
    (Statistic.P90, Comparison.AT_MOST): "nine",
    (Statistic.P90, Comparison.BELOW): "nine",
    (Statistic.P50, Comparison.AT_MOST): "half",
    (Statistic.P50, Comparison.BELOW): "half",
}


def nature_of(measure: str) -> Nature:
    """Say what a limit on this measure is about."""
    return _NATURES.get(measure, Nature.OVERLOAD)


def limit_text(language: Language, threshold: Threshold) -> str:
    """Say what a threshold asks of its measure: "høyst 25 i minst 9 av 10 kjøringer"."""
    most_decimals = 4
    limit = value_text(language, threshold.measure, threshold.limit, most_decimals)
    compared = language.text(f"sign.{threshold.comparison.name.lower()}", limit=limit)
    scope = _SCOPES.get((threshold.statistic, threshold.comparison), threshold.statistic.value)
    return language.text(f"scope.{scope}", compared=compared)


def measure_name(language: Language, measure: str) -> str:
    """Name a measure as in a table."""
    return language.text(f"measure.{measure}.name")


def broken_measures(candidate: Candidate, scenario: Scenario) -> list[str]:
    """List the measures whose limits a candidate broke, and "deadline" where it finished too late."""
    broken = [threshold_of(one.expression).measure for one in candidate.thresholds if one.verdict == "fail"]
    broken += [_measure_behind(name, scenario) for name in candidate.failed]
    return list(dict.fromkeys(broken))


def _measure_behind(name: str, scenario: Scenario) -> str:
    expression = scenario.thresholds.get(name, name)
    if "(" in expression:
        return threshold_of(expression).measure
    return name if name in MEASURES else "deadline"


def reasons(language: Language, broken: list[str]) -> str:
    """Name broken limits briefly, "avslag og svartid"."""
    words = list(dict.fromkeys(language.text(f"reason.{one}") for one in broken))
    return joined(language, words)


def joined(language: Language, words: list[str]) -> str:
    """List words as a sentence does, with "og" before the last."""
    if len(words) < 2:
        return "".join(words)
    return language.text("amount.and", first=", ".join(words[:-1]), last=words[-1])


def natures(broken: list[str]) -> list[Nature]:
    """Say which kinds of limit were broken, each once, in the order of the enumeration."""
    kinds = {Nature.DEADLINE if one == "deadline" else nature_of(one) for one in broken}
    return [kind for kind in Nature if kind in kinds]
