"""In which order a citizen is shown free times, and how often one may be held for longer."""

import random
from collections.abc import Sequence
from typing import Final, TypeVar, assert_never

from scenarios.strategy import Listing

MOST_EXTENSIONS: Final = 10
"""How often a hold may be extended. Source: WCAG 2.2, success criterion 2.2.1, at least ten times."""

_Shown = TypeVar("_Shown")


def listed(free: Sequence[_Shown], listing: Listing, citizen: str) -> Sequence[_Shown]:
    """Free times, given in order of time, as this citizen is shown them; the same citizen sees the same order."""
    match listing:
        case Listing.EARLIEST:
            return free
        case Listing.SPREAD:
            return random.Random(citizen).sample(free, len(free))
        case _:
            assert_never(listing)
