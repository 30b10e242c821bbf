"""Where a send-out stands: what the ledger's lines come to, the same whether it went on or was killed in between."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, assert_never

from loadtests.pacing.entries import (
    Began,
    Ended,
    Intended,
    Line,
    NotSent,
    Obeyed,
    Opened,
    Prepared,
    Sent,
    Stepped,
    Unsure,
    Waited,
    Word,
)
from scenarios.policies.feedback import Pace

PUNCTUAL: Final = dt.timedelta(seconds=1)
"""A batch this little late does not move those after it. ASSUMPTION: a machine at work wakes up sooner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A send-out as it stands.

    Attributes
    ----------
    next : int
        So many recipients are settled; the next batch begins with the one after them.
    due : datetime
        When the next batch may go, as far as the pause is concerned.
    pending : Intended, optional
        A batch that was decided and is not settled; `prepared` says that the sender may have it, `unsure` that it was
        asked and nobody knows.
    hurried : bool
        A person asked for the next batch now.
    obeyed : int
        So many of a person's words were heard.
    sent : tuple of Intended
        The batches that the sender has.
    """

    began: Began
    pause: dt.timedelta
    due: dt.datetime
    next: int = 0
    pace: Pace = field(default=Pace())
    low: int = 0
    batches: int = 0
    pending: Intended | None = None
    prepared: bool = False
    unsure: str | None = None
    paused: bool = False
    hurried: bool = False
    stopped: bool = False
    obeyed: int = 0
    sent: tuple[Intended, ...] = ()
    latest: Waited | Ended | None = None

    @property
    def left(self) -> int:
        """Recipients who are not settled."""
        return self.began.recipients - self.next


def begun(began: Began, pause_s: float) -> State:
    """A send-out before its first batch."""
    return State(began=began, pause=dt.timedelta(seconds=pause_s), due=began.first)


def folded(state: State, lines: Iterable[Line]) -> State:
    """What more lines make of it."""
    for line in lines:
        state = after(state, line)
    return state


def after(state: State, line: Line) -> State:
    """What one more line makes of it."""
    match line:
        case Intended():
            return _intended(state, line)
        case Prepared():
            return replace(state, prepared=True)
        case Sent() | NotSent():
            return _settled(state, was_sent=isinstance(line, Sent))
        case Unsure():
            return replace(state, unsure=line.what)
        case Obeyed():
            return _obeyed(state, line)
        case Waited() | Ended() | Stepped() | Opened() | Began():
            return _noted(state, line)
        case _:
            assert_never(line)


def _noted(state: State, line: Waited | Ended | Stepped | Opened | Began) -> State:
    match line:
        case Waited() | Ended():
            return replace(state, latest=line)
        case Stepped():
            return replace(state, due=state.due + dt.timedelta(seconds=line.by_s))
        case Opened():
            return replace(state, stopped=False, low=0, latest=None)  # a person looked at it, and began again
        case Began():
            return state
        case _:
            assert_never(line)


def _intended(state: State, line: Intended) -> State:
    from_when = line.due if dt.timedelta() <= line.at - line.due <= PUNCTUAL else line.at
    return replace(
        state,
        pending=line,
        prepared=False,
        unsure=None,
        batches=line.batch,
        pace=Pace(line.size),
        low=line.low,
        due=from_when + state.pause,
        hurried=False,
        latest=None,
    )


def _settled(state: State, *, was_sent: bool) -> State:
    if state.pending is None:
        return state
    settled = replace(state, pending=None, prepared=False, unsure=None, latest=None)
    if not was_sent:
        return settled
    return replace(settled, next=state.next + state.pending.count, sent=(*state.sent, state.pending))


def _obeyed(state: State, line: Obeyed) -> State:
    state = replace(state, obeyed=line.number)
    match line.word:
        case Word.PAUSE:
            return replace(state, paused=True)
        case Word.RESUME:
            return replace(state, paused=False)
        case Word.NOW:
            return replace(state, hurried=True)
        case Word.STOP:
            return replace(state, stopped=True)
        case Word.WAS_SENT | Word.WAS_NOT_SENT:
            asked = state.unsure is not None and state.pending is not None and state.pending.batch == line.batch
            return _settled(state, was_sent=line.word is Word.WAS_SENT) if asked else state
        case _:
            assert_never(line.word)
