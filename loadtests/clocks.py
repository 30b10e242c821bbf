"""Two machines' clocks: how far they are apart, and how sure that is, from questions there and back."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple


class Reading(NamedTuple):
    """One question: when it was asked and answered by our clock, and what theirs said in between. Seconds."""

    asked_s: float
    theirs_s: float
    answered_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """Our clock minus theirs in seconds; the truth is within `error_s` of it."""

    offset_s: float
    error_s: float


SAME: Apart = Apart(offset_s=0.0, error_s=0.0)
"""One clock."""


def apart(readings: Sequence[Reading], *, same_machine: bool) -> Apart:
    """How far two clocks are apart.

    Their clock was read between question and answer, so each reading bounds the difference on both sides; the truth
    lies within all bounds, and its middle is the best guess. On one machine both read the same clock, unless somebody
    has seen to it that they do not: then 0 is outside the bounds.
    """
    least = max(one.asked_s - one.theirs_s for one in readings)
    most = min(one.answered_s - one.theirs_s for one in readings)
    if same_machine and least <= 0.0 <= most:
        return SAME
    return Apart(offset_s=(least + most) / 2, error_s=abs(most - least) / 2)


def over_time(looks: Sequence[Apart]) -> Apart:
    """What holds from the first look to the last: the first offset, and an error that takes in what drifted."""
    drift_s = sum(abs(later.offset_s - earlier.offset_s) for earlier, later in pairwise(looks))
    return Apart(offset_s=looks[0].offset_s, error_s=max(one.error_s for one in looks) + drift_s)
