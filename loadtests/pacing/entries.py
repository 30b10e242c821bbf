"""What a ledger says: a closed set of entries, in the order in which things happened. None of them holds an id."""

import datetime as dt
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from scenarios.policies.feedback import Reason


class Why(StrEnum):
    """Why no batch goes now, or no more at all; a closed set."""

    BETWEEN_BATCHES = "between_batches"
    OUTSIDE_HOURS = "outside_hours"
    NO_FIGURES = "no_figures"
    PAUSED = "paused"
    GATEWAY_SILENT = "gateway_silent"
    ASKS = "asks"
    DONE = "done"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"
    SILENT = "silent"
    TOO_MUCH = "too_much"


class Word(StrEnum):
    """What a person may say while a send-out goes; a closed set."""

    PAUSE = "pause"
    RESUME = "resume"
    NOW = "now"
    STOP = "stop"
    WAS_SENT = "was-sent"
    WAS_NOT_SENT = "was-not-sent"


class Entry(BaseModel):
    """A line of the ledger."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: dt.datetime


class Seen(BaseModel):
    """The figures a decision rested on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    from_s: float
    until_s: float
    decided: int
    rejected: int
    response_time_p95_s: float | None


class Began(Entry):
    """A send-out: to whom, by which rule, by which sender. `wave` begins every idempotency key."""

    kind: Literal["began"] = "began"
    wave: str
    scenario: str
    recipients: int
    recipients_sha256: str
    policy: dict[str, Any]
    sender: str
    first: dt.datetime


class Opened(Entry):
    """A pacer took the ledger up again."""

    kind: Literal["opened"] = "opened"


class Intended(Entry):
    """A batch was decided: the recipients from `start` on, in the order of their file.

    `size` is what the controller remembers, `low` how many decisions in a row found the figures too high with the
    smallest batch already.
    """

    kind: Literal["intended"] = "intended"
    batch: int
    start: int
    count: int
    size: int
    low: int
    reason: Reason
    due: dt.datetime
    hurried: bool = False
    seen: Seen | None = None


class Prepared(Entry):
    """From here on the sender may have the batch."""

    kind: Literal["prepared"] = "prepared"
    batch: int


class Sent(Entry):
    """The sender has the batch, once."""

    kind: Literal["sent"] = "sent"
    batch: int


class NotSent(Entry):
    """The sender surely does not have the batch; its recipients are still to be sent to."""

    kind: Literal["not_sent"] = "not_sent"
    batch: int
    what: str


class Unsure(Entry):
    """Nobody knows yet whether the sender has the batch."""

    kind: Literal["unsure"] = "unsure"
    batch: int
    what: str


class Obeyed(Entry):
    """What a person said, the `number`th word, and that it was taken to heart."""

    kind: Literal["obeyed"] = "obeyed"
    number: int
    word: Word
    batch: int | None = None


class Waited(Entry):
    """No batch went, and why; written when the reason changes."""

    kind: Literal["waited"] = "waited"
    why: Why
    until: dt.datetime | None = None
    what: str = ""


class Stepped(Entry):
    """The clock of the machine was set, by so many seconds."""

    kind: Literal["stepped"] = "stepped"
    by_s: float


class Ended(Entry):
    """The pacer ended; a later one may go on where people are left."""

    kind: Literal["ended"] = "ended"
    why: Why


Line: TypeAlias = Began | Opened | Intended | Prepared | Sent | NotSent | Unsure | Obeyed | Waited | Stepped | Ended
LINE: Final[TypeAdapter[Line]] = TypeAdapter(Annotated[Line, Field(discriminator="kind")])
