"""A handful of other days, by name: how people and platform may turn out, all of it thinkable."""

from enum import StrEnum
from types import MappingProxyType
from typing import Final

from scenarios.assumed import varied
from scenarios.ranges import Assumption
from scenarios.scenario import Scenario


class Variant(StrEnum):
    """One other day."""

    TWICE_AS_FAST = "twice_as_fast"
    TWICE_AS_SLOW = "twice_as_slow"
    TWICE_AS_MANY_DECLINE = "twice_as_many_decline"
    EVERYBODY_WANTS = "everybody_wants"
    EVERYBODY_TAKES_FIRST = "everybody_takes_first"
    HALF_THE_PATIENCE = "half_the_patience"
    LOGIN_CARRIES_HALF = "login_carries_half"
    PAGES_CARRY_HALF = "pages_carry_half"
    RECORD_CARRIES_HALF = "record_carries_half"


_FACTORS: Final = MappingProxyType({
    Variant.TWICE_AS_FAST: (Assumption.RESPONSE, 0.5),
    Variant.TWICE_AS_SLOW: (Assumption.RESPONSE, 2.0),
    Variant.HALF_THE_PATIENCE: (Assumption.PATIENCE, 0.5),
    Variant.LOGIN_CARRIES_HALF: (Assumption.LOGIN_WORK, 2.0),
    Variant.PAGES_CARRY_HALF: (Assumption.PAGE_WORK, 2.0),
    Variant.RECORD_CARRIES_HALF: (Assumption.RECORD_WORK, 2.0),
})  # fmt: skip
"""A station that carries half takes twice as long for each request."""


def as_variant(scenario: Scenario, variant: Variant) -> Scenario | None:
    """The same question on another day; None where it is that day already, or cannot be it."""
    uptake, first = scenario.behaviour.uptake, scenario.behaviour.slot_choice.first
    match variant:
        case Variant.TWICE_AS_MANY_DECLINE:
            left = 1 - 2 * (1 - uptake)
            return varied(scenario, Assumption.UPTAKE, left / uptake) if left > 0 else None
        case Variant.EVERYBODY_WANTS:
            return varied(scenario, Assumption.UPTAKE, 1 / uptake) if uptake else None
        case Variant.EVERYBODY_TAKES_FIRST:
            return varied(scenario, Assumption.FIRST_CHOICE, 1 / first) if first else None
        case _:
            return varied(scenario, *_FACTORS[variant])
