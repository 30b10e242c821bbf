"""How far off each assumption may be, as a scenario has it: the names of the dials and their factors."""

from enum import StrEnum
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field

from scenarios.part import senseless


class Assumption(StrEnum):
    """One dial; what it turns says `scenarios.assumed`."""

    RESPONSE = "response"
    UPTAKE = "uptake"
    DELIVERED = "delivered"
    LOGIN_TIME = "login_time"
    THINK_TIME = "think_time"
    FIRST_CHOICE = "first_choice"
    RETRY = "retry"
    PATIENCE = "patience"
    RELOAD = "reload"
    CANCEL = "cancel"
    LOGIN_WORK = "login_work"
    PAGE_WORK = "page_work"
    RECORD_WORK = "record_work"
    OTHERS = "others"


_Factor = Annotated[float, Field(gt=0, le=100)]


def _ordered(ends: tuple[float, float]) -> tuple[float, float]:
    if not ends[0] < 1 < ends[1]:
        raise senseless("the range does not hold the value itself", "write factors on either side of 1: [0.5, 2.0]")
    return ends


Range: TypeAlias = Annotated[tuple[_Factor, _Factor], AfterValidator(_ordered)]
"""Low and high, as factors of what is assumed."""
