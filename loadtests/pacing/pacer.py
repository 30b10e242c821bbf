"""The pacer: one loop that looks at clock, people and figures, and hands over a batch when all three agree.

Whatever it does is in the ledger before it is done, and where it stands is what the ledger's lines come to: so it can
be killed anywhere and goes on from there.
"""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, assert_never

from loadtests.pacing.clock import Clock
from loadtests.pacing.entries import (
    Began,
    Ended,
    Intended,
    Line,
    NotSent,
    Obeyed,
    Opened,
    Prepared,
    Seen,
    Sent,
    Stepped,
    Unsure,
    Waited,
    Why,
)
from loadtests.pacing.figures import Figures
from loadtests.pacing.ledger import Ledger, LedgerRefused
from loadtests.pacing.recipients import Recipients
from loadtests.pacing.saying import heard
from loadtests.pacing.sending import Handed, Package, Refused, Sender, Taken, Unknown
from loadtests.pacing.state import State, after, begun, folded
from loadtests.pacing.steering import Finish, Rulebook, Send, Silence, Wait, next_step
from scenarios.policies.feedback import Observation

_AGAIN_FIRST: Final = dt.timedelta(seconds=15)  # ASSUMPTION: a gateway that restarts is back within a minute or two
_AGAIN_MOST: Final = dt.timedelta(minutes=5)

Tell = Callable[[Line, State], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SendOutAsked:
    """What is to be sent: by which rules, to whom, with what; `first` is when a new send-out begins."""

    scenario: str
    rules: Rulebook
    recipients: Recipients
    sender: Sender
    first: dt.datetime


class Pacer:
    """A send-out under way.

    Parameters
    ----------
    folder : Path
        Where the ledger lies, and what people say.
    tell : callable
        Told each line when it is in the ledger, and what it made of the send-out.

    Raises
    ------
    LedgerRefused
        The ledger is of another send-out.
    """

    def __init__(
        self, asked: SendOutAsked, *, folder: Path, ledger: Ledger, figures: Figures, clock: Clock, tell: Tell
    ) -> None:
        self._rules, self._recipients, self._sender = asked.rules, asked.recipients, asked.sender
        self._folder, self._ledger, self._figures, self._clock, self._tell = folder, ledger, figures, clock, tell
        self._again: tuple[dt.datetime, dt.timedelta] | None = None
        self._asks = False
        self._interrupted = False
        self._figures_at = clock.now()
        if not ledger.lines:
            ledger.append(began := self._began(asked))
            self._state = begun(began, asked.rules.policy.pause)
            tell(began, self._state)
            return
        began = _same_send_out(ledger.lines[0], self._began(asked), folder)
        self._state = folded(begun(began, asked.rules.policy.pause), ledger.lines[1:])
        self._note(Opened(at=clock.now()))

    def interrupt(self) -> None:
        """End when the step under way is done; safe in a signal handler."""
        self._interrupted = True

    def run(self) -> Why:
        """Send until nobody is left, a person says stop, or the figures do."""
        while True:
            self._notice_the_clock()
            self._obey()
            now = self._clock.now()
            self._figures.look(now)
            if self._interrupted:
                return self._end(Why.INTERRUPTED)
            if self._state.stopped and self._state.unsure is not None:
                return self._end(Why.STOPPED)  # what is not known is asked for next time
            if self._state.pending is not None:
                self._settle(now)
            elif (why := self._decide(now)) is not None:
                return self._end(why)

    def _decide(self, now: dt.datetime) -> Why | None:
        """Take the next step; why the send-out ends, if it does."""
        seen = self._seen(now)
        if isinstance(seen, Observation):
            self._figures_at = now
        step = next_step(self._rules, self._state, now, seen, now - max(self._figures_at, self._state.due))
        match step:
            case Send():
                self._intend(step, now)
            case Wait():
                self._waited(step, now)
                self._clock.wait_until(step.until)
            case Finish(why):
                return why
            case _:
                assert_never(step)
        return None

    def _began(self, asked: SendOutAsked) -> Began:
        return Began(
            at=self._clock.now(),
            wave=uuid.uuid4().hex,
            scenario=asked.scenario,
            recipients=len(asked.recipients.ids),
            recipients_sha256=asked.recipients.sha256,
            policy=asked.rules.policy.model_dump(mode="json"),
            sender=asked.sender.name,
            first=asked.first,
        )

    def _note(self, line: Line) -> None:
        self._ledger.append(line)
        self._state = after(self._state, line)
        if self._state.pending is None:
            self._again, self._asks = None, False
        self._tell(line, self._state)

    def _notice_the_clock(self) -> None:
        by_s = self._clock.stepped()
        if by_s:
            self._note(Stepped(at=self._clock.now(), by_s=by_s))
            self._figures.forget()
            self._figures_at = self._clock.now()

    def _obey(self) -> None:
        for number, command in heard(self._folder, self._state.obeyed):
            self._note(Obeyed(at=self._clock.now(), number=number, word=command.word, batch=command.batch))

    def _seen(self, now: dt.datetime) -> Observation | Silence:
        policy = self._rules.policy
        ends = now - dt.timedelta(seconds=policy.delay)
        return self._figures.between(ends - dt.timedelta(seconds=policy.window), ends, self._state.began.first)

    def _intend(self, batch: Send, now: dt.datetime) -> None:
        state, seen = self._state, batch.seen
        self._note(
            Intended(
                at=now,
                batch=state.batches + 1,
                start=state.next,
                count=batch.count,
                size=batch.pace.size,
                low=batch.low,
                reason=batch.reason,
                due=state.due,
                hurried=state.hurried,
                seen=None if seen is None else _seen_of(seen),
            )
        )

    def _settle(self, now: dt.datetime) -> None:
        """Hand over the batch that is pending, or find out whether it was, or wait until that may be asked again."""
        pending = self._state.pending
        if pending is None:
            return
        if self._asks or (self._again is not None and now < self._again[0]):
            self._clock.wait_until(None if self._asks or self._again is None else self._again[0])
            return
        package = self._package(pending)
        if self._state.prepared:
            self._handed(pending, self._sender.find_out(package))
            return
        self._sender.prepare(package)
        self._note(Prepared(at=self._clock.now(), batch=pending.batch))
        self._handed(pending, self._sender.hand_over(package))

    def _handed(self, pending: Intended, handed: Handed) -> None:
        at = self._clock.now()
        match handed:
            case Taken():
                self._note(Sent(at=at, batch=pending.batch))
            case Refused(what):
                self._note(NotSent(at=at, batch=pending.batch, what=what))
            case Unknown(what, asks):
                pause = _AGAIN_FIRST if self._again is None else min(_AGAIN_MOST, 2 * self._again[1])
                self._again, self._asks = (at + pause, pause), asks
                if self._state.unsure is None or asks:
                    self._note(Unsure(at=at, batch=pending.batch, what=what))
                self._waited(Wait(Why.ASKS if asks else Why.GATEWAY_SILENT, what=what), at)
            case _:
                assert_never(handed)

    def _package(self, pending: Intended) -> Package:
        ids = self._recipients.ids[pending.start : pending.start + pending.count]
        return Package(batch=pending.batch, key=f"{self._state.began.wave}-{pending.batch}", ids=ids)

    def _waited(self, wait: Wait, now: dt.datetime) -> None:
        latest = self._state.latest
        is_news = not isinstance(latest, Waited) or (latest.why, latest.until) != (wait.why, wait.until)
        if is_news:
            self._note(Waited(at=now, why=wait.why, until=wait.until, what=wait.what))

    def _end(self, why: Why) -> Why:
        self._note(Ended(at=self._clock.now(), why=why))
        return why


def _same_send_out(line: Line, now: Began, folder: Path) -> Began:
    if not isinstance(line, Began):
        raise LedgerRefused(f"{folder}: the ledger does not begin as one. Name the folder of a send-out, or a new one")
    for name, what in _MUST_AGREE.items():
        if getattr(line, name) != getattr(now, name):
            raise LedgerRefused(
                f"{folder}: this send-out began with {what}. Go on as it began, or begin another in a new folder"
            )
    return line


_MUST_AGREE: Final = {
    "recipients_sha256": "another list of recipients",
    "policy": "another plan",
    "sender": "another way of sending",
}


def _seen_of(seen: Observation) -> Seen:
    return Seen(
        from_s=seen.from_s,
        until_s=seen.until_s,
        decided=seen.decided,
        rejected=seen.rejected,
        response_time_p95_s=seen.response_time_p95_s,
    )
