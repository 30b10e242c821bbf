"""What `bolk verify` found: each case that was played, and every anomaly with its witness; `bolk.verification/1`."""

from typing import Final, Literal

from pydantic import Field, computed_field

from scenarios.measurement import Ruling
from scenarios.piece import Piece
from scenarios.strategy import Strategy

SCHEMA: Final = "bolk.verification/1"


class Tried(Piece):
    """A case in one book: how many operations it made and how many seconds it took, or why it was left out."""

    case: str
    book: str
    operations: int = 0
    took_s: float = 0.0
    anomalies: int = 0
    skipped: str | None = None


class Bar(Piece):
    """An operation of a witness on the time axis; `ended_s` is None where no answer came."""

    who: str
    did: str
    begun_s: float
    ended_s: float | None
    told: str


class Witness(Piece):
    """An anomaly, and the fewest operations that show it."""

    kind: str
    meaning: str
    says: str
    case: str | None
    book: str | None = None
    bars: list[Bar]


class Trial(Piece):
    """One server on trial, under one strategy."""

    strategy: Strategy
    tried: list[Tried]
    operations: int
    unanswered: int
    ruling: Ruling
    reason: str | None
    anomalies: list[Witness]


class Verification(Piece):
    """Every trial of one call."""

    format: Literal["bolk.verification/1"] = Field(alias="schema", default=SCHEMA)
    target: str | None = None
    planted: str | None = None
    trials: list[Trial]

    @computed_field
    @property
    def ruling(self) -> Ruling:
        """The worst of all trials: an anomaly, then unknown, then correct."""
        found = {trial.ruling for trial in self.trials}
        if "anomaly" in found:
            return "anomaly"
        return "correct" if found == {"correct"} else "unknown"

    def json_text(self) -> str:
        """The whole verification as JSON."""
        return self.model_dump_json(by_alias=True, indent=2) + "\n"
