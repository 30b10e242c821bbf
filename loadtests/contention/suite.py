"""The suite against one server: every case in every book, then the server's record, then the judgement."""

import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from loadtests.checker.judging import judge
from loadtests.checker.operations import Operation
from loadtests.contention.cases import Case, Kill, Stage, play, why_not
from loadtests.contention.notes import Notes
from loadtests.contention.witness import witness_of
from loadtests.history import places_of, read_record, stood_before
from loadtests.target import UNDER_WAY, fetch_settled_export
from scenarios.inventory import AppointmentBook, books_of
from scenarios.neighbours import Accused
from scenarios.scenario import Scenario
from scenarios.strategy import HOLD_S
from scenarios.verification import Trial, Tried

TIMES_OF_A_CASE: Final = 6
MOST_HOLD_S: Final = 60.0
_CITIZENS_OF_A_CASE: Final = 1000


Owner: TypeAlias = tuple[Case, str]
"""In which case and book an operation was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """A server that somebody else started."""

    base_url: str
    login_url: str
    admin_token: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """What is played: the scenario that the server serves, how fast its clock runs, and how many clients at most."""

    scenario: Scenario
    speedup: float
    clients: int
    cases: tuple[Case, ...] = tuple(Case)
    allowed: int | None = 1

    def against(self, server: Accused, kill: Kill | None, tell: Callable[[int, int], None]) -> Trial:
        """Play every case that applies, one after the other, and judge what was seen."""
        notes = self._notes(server)
        _note_what_stands(notes, server)
        tried: list[Tried] = []
        owner: dict[int, Owner] = {}
        stages = list(self._stages(notes, kill))
        for done, (case, book, stage) in enumerate(stages):
            tell(done, len(stages))
            skipped = self._why_not(case, stage, can_kill=kill is not None)
            if stage is None or skipped is not None:
                tried.append(Tried(case=case, book=book, skipped=skipped))
                continue
            before = {id(one) for one in notes.operations()}
            play(case, stage)
            if case in {Case.KILL_WEB, Case.KILL_EHR}:
                _read(notes, server)
            made = [one for one in notes.operations() if id(one) not in before]
            owner.update((id(one), (case, book)) for one in made)
            tried.append(Tried(case=case, book=book, operations=len(made)))
        tell(len(stages), len(stages))
        states = _read(notes, server)
        return self._judged(notes, tried, owner, final=UNDER_WAY not in states.values())

    def _notes(self, server: Accused) -> Notes:
        return Notes(
            base_url=server.base_url,
            login_url=server.login_url,
            run=f"verify{secrets.token_hex(4)}",
            strategy=self.scenario.platform.strategy,
            places=places_of(self.scenario),
            hold_s=HOLD_S / self.speedup,
            allowed=self.allowed,
        )

    def _stages(self, notes: Notes, kill: Kill | None) -> Iterator[tuple[Case, str, Stage | None]]:
        """Each case with times of its own in each book; None where the book has too few for it."""
        citizen = 1
        for book in books_of(self.scenario):
            for number, case in enumerate(self.cases):
                starts = _starts(book)[number * TIMES_OF_A_CASE : (number + 1) * TIMES_OF_A_CASE]
                whole = Stage(
                    notes=notes, book=book.id, starts=starts, clients=self.clients, kill=kill, first_citizen=citizen
                )
                citizen += _CITIZENS_OF_A_CASE
                yield case, book.id, whole if len(starts) == TIMES_OF_A_CASE else None

    def _why_not(self, case: Case, stage: Stage | None, *, can_kill: bool) -> str | None:
        if stage is None:
            return f"the book has too few times: each case needs {TIMES_OF_A_CASE} of its own"
        if case is Case.HOLD_EXPIRY and stage.notes.hold_s > MOST_HOLD_S:
            return f"a hold lasts {stage.notes.hold_s:g} s there, too long to wait for"
        return why_not(case, self.scenario.platform.strategy, can_kill=can_kill)

    def _judged(self, notes: Notes, tried: list[Tried], owner: Mapping[int, Owner], *, final: bool) -> Trial:
        verdict = judge(notes.history(final=final))
        found = [(one, _owner_of(one.witness, owner)) for one in verdict.anomalies]
        counts = Counter(where for _, where in found)
        counted = [one.model_copy(update={"anomalies": counts[Case(one.case), one.book]}) for one in tried]
        return Trial(
            strategy=notes.strategy,
            tried=counted,
            operations=verdict.operations,
            unanswered=verdict.unanswered,
            ruling=verdict.ruling.value,
            reason=verdict.reason,
            anomalies=[witness_of(one, where and where[0]) for one, where in found],
        )


def _starts(book: AppointmentBook) -> list[str]:
    return [book.time_text(time) for time in range(len(book.starts))]


def _note_what_stands(notes: Notes, server: Accused) -> None:
    """Appointments that others have already are as good as ever confirmed."""
    if server.admin_token is not None:
        _, snapshot = read_record(fetch_settled_export(server.base_url, server.admin_token))
        notes.sendings.extend(stood_before(held) for held in (snapshot.held if snapshot else ()))


def _read(notes: Notes, server: Accused) -> dict[str, str]:
    """Read the server's record when nothing waits any more, and write it down; what became of each key."""
    if server.admin_token is None:
        return {}
    export = fetch_settled_export(server.base_url, server.admin_token)
    now_s = notes.now_s()
    states, snapshot = read_record(export, (now_s, now_s))
    if snapshot is not None:
        notes.snapshots.append(snapshot)
    return states


def _owner_of(witness: tuple[Operation, ...], owner: Mapping[int, Owner]) -> Owner | None:
    return next((owner[id(one)] for one in witness if id(one) in owner), None)
