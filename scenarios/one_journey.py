"""One citizen's way through a run, with what the pages showed: enough to tell it in words."""

from dataclasses import dataclass

from scenarios.attempts import Attempt
from scenarios.rows import Citizen


@dataclass(frozen=True, slots=True)
class Sight:
    """What came of one piece of work for a citizen, by the moment it was asked for.

    `begun_s` is when a worker took it up, read the list or decided; `offered` is how many days or times it listed;
    `by_ehr` says that it was the record system's, and `failed` that it did not get it done.
    """

    asked_s: float
    begun_s: float
    offered: int | None
    by_ehr: bool
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OneJourney:
    """A citizen, what the plan says of the citizen, and what happened; `row` is None for one who does not act.

    `waits` says that the citizen waits on the waiting list if nothing was found.
    `link_of` is from whom the link came, for one who was not invited.
    """

    citizen: int
    sent_s: float
    book: str
    row: Citizen | None
    attempts: tuple[Attempt, ...] = ()
    sights: tuple[Sight, ...] = ()
    waits: bool = False
    link_of: int | None = None
