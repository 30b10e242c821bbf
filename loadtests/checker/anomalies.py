"""What can be wrong with a booking server, by name, and the evidence."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from loadtests.checker.operations import Operation


class Kind(StrEnum):
    """A way to be wrong; a closed set."""

    DOUBLE_BOOKING = "double booking"
    LOST = "lost"
    PHANTOM = "phantom"
    WRONG_OWNER = "wrong owner"
    STALE_OFFER = "stale offer"
    UNJUSTIFIED_REJECTION = "unjustified rejection"
    RESURRECTED = "cancel resurrected"
    LEAKED = "leaked slot"
    IDEMPOTENCY = "idempotency break"
    TOO_MANY = "more than allowed"


MEANING: Final[Mapping[Kind, str]] = {
    Kind.DOUBLE_BOOKING: "one place was given to two at the same time",
    Kind.LOST: "an appointment that was confirmed is not in the record",
    Kind.PHANTOM: "the record has an appointment that nobody was given",
    Kind.WRONG_OWNER: "an appointment is another person's, or at another place, than was said",
    Kind.STALE_OFFER: "a time was offered although all its places had long been given",
    Kind.UNJUSTIFIED_REJECTION: "somebody was told *taken* when a place must have been free",
    Kind.RESURRECTED: "an appointment that was cancelled stands again",
    Kind.LEAKED: "a place is neither booked nor free",
    Kind.IDEMPOTENCY: "one reservation, sent again, was answered differently or made twice",
    Kind.TOO_MANY: "a citizen has more appointments at the same time than are allowed",
}


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One wrong thing: a sentence, and the fewest operations that show it."""

    kind: Kind
    about: str
    says: str
    witness: tuple[Operation, ...]

    def __str__(self) -> str:
        return f"{self.kind}: {self.says}"
