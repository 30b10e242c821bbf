"""What hands batches to the SMS system: a closed set of senders that keep one promise, each as well as it can.

A batch is prepared, the ledger notes that the sender may have it, and it is handed over. What a crash in between leaves
open, `find_out` answers: for certain, or not at all.
"""

from dataclasses import dataclass
from typing import Protocol, TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A batch as a sender gets it; `key` is its own and never used for another."""

    batch: int
    key: str
    ids: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Package({self.batch}, {len(self.ids)})"  # whoever logs one logs no id


@dataclass(frozen=True, slots=True)
class Taken:
    """The SMS system has it, once."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The SMS system does not have it, and says why."""

    what: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say yet; `asks` where only a person can find out."""

    what: str
    asks: bool


Handed: TypeAlias = Taken | Refused | Unknown


class Sender(Protocol):
    """Hands over batches, one at a time."""

    @property
    def name(self) -> str:
        """What the ledger calls it: kind and address."""
        ...

    def prepare(self, package: Package) -> None:
        """Get ready; the SMS system sees nothing of it, and it may be done twice."""
        ...

    def hand_over(self, package: Package) -> Handed:
        """Hand over a batch that was prepared."""
        ...

    def find_out(self, package: Package) -> Handed:
        """After a crash, or when it was unknown: settle a batch that may or may not have been handed over."""
        ...
