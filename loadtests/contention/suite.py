"""The suite against one server: every case in every book, then the server's record, then the judgement."""

import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from math import inf
from typing import Final, TypeAlias

from loadtests.adapters.answers import About, Book
from loadtests.adapters.checked import Checked
from loadtests.adapters.problem import AdapterProblem
from loadtests.checker.judging import Ruling, judge
from loadtests.checker.operations import Operation, Told
from loadtests.contention.cases import Case, play, why_not
from loadtests.contention.notes import Notes
from loadtests.contention.on_trial import OnTrial, places_of, without
from loadtests.contention.person import Person
from loadtests.contention.reading import snapshot_of
from loadtests.contention.stage import Kill, Stage
from loadtests.contention.witness import witness_of
from loadtests.history import stood_before, time_name
from scenarios.strategy import Strategy
from scenarios.verification import Trial, Tried

TIMES_OF_A_CASE: Final = 6
CITIZENS_OF_A_CASE: Final = 1000


Owner: TypeAlias = tuple[Case, str]
"""In which case and book an operation was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """What is played: what the server offers and promises, how many clients at most, and which cases."""

    about: About
    clients: int
    cases: tuple[Case, ...] = tuple(Case)
    first_citizen: int = 1

    def against(self, server: OnTrial, kill: Kill | None, tell: Callable[[int, int], None]) -> Trial:
        """Play every case that applies, one after the other, and judge what was seen."""
        adapter = server.meet()
        if self.about.strategy is Strategy.HOLD and not adapter.has("hold", "confirm"):
            raise AdapterProblem("the server gives places by way of holds, and the adapter has no hold and confirm")
        notes, books = _begun(self.about, server, self.first_citizen)
        tried: list[Tried] = []
        owner: dict[int, Owner] = {}
        stages = list(self._stages(notes, server, books, kill, adapter))
        for done, (case, book, stage) in enumerate(stages):
            tell(done, len(stages))
            if isinstance(stage, str):
                tried.append(Tried(case=case, book=book, skipped=stage))
                continue
            before, begun_s = {id(one) for one in notes.operations()}, notes.now_s()
            skipped = play(case, stage)
            if case in {Case.KILL_WEB, Case.KILL_EHR}:
                _read(notes, adapter)
            made = [one for one in notes.operations() if id(one) not in before]
            owner.update((id(one), (case, book)) for one in made)
            took_s = notes.now_s() - begun_s
            tried.append(Tried(case=case, book=book, operations=len(made), took_s=took_s, skipped=skipped))
        tell(len(stages), len(stages))
        settled = _read(notes, adapter)
        adapter.web.close()
        return self._judged(notes, tried, owner, final=settled)

    def _stages(
        self, notes: Notes, server: OnTrial, books: Sequence[Book], kill: Kill | None, adapter: Checked
    ) -> Iterator[tuple[Case, str, Stage | str]]:
        """Each case with times and people of its own in each book, or why it is left out."""
        citizen = self.first_citizen
        for book in books:
            left = list(book.starts)
            for case in self.cases:
                unfit = why_not(case, self.about, adapter, can_kill=kill is not None)
                if unfit is None and len(left) < TIMES_OF_A_CASE:
                    unfit = f"the book has too few free times: each case needs {TIMES_OF_A_CASE} of its own"
                if unfit is not None:
                    yield case, book.id, unfit
                    continue
                starts, left = left[:TIMES_OF_A_CASE], left[TIMES_OF_A_CASE:]
                yield case, book.id, Stage(
                    notes=notes, server=server, book=book.id, starts=starts, clients=self.clients, kill=kill,
                    first_citizen=citizen,
                )  # fmt: skip
                citizen += CITIZENS_OF_A_CASE

    def _judged(self, notes: Notes, tried: list[Tried], owner: Mapping[int, Owner], *, final: bool) -> Trial:
        verdict = judge(notes.history(final=final))
        found = [(one, _owner_of(one.witness, owner)) for one in verdict.anomalies]
        counts = Counter(where for _, where in found)
        counted = [one.model_copy(update={"anomalies": counts[Case(one.case), one.book]}) for one in tried]
        vain = verdict.ruling is Ruling.CORRECT and not _somebody_won(notes)
        return Trial(
            strategy=self.about.strategy,
            tried=counted,
            operations=verdict.operations,
            unanswered=verdict.unanswered,
            ruling=Ruling.UNKNOWN.value if vain else verdict.ruling.value,
            reason="nobody was given an appointment, so nothing was tried" if vain else verdict.reason,
            anomalies=[witness_of(one, *(where or (None, None))) for one, where in found],
        )


def _somebody_won(notes: Notes) -> bool:
    return any(one.told is Told.CONFIRMED and one.key.startswith(f"{notes.run}-") for one in notes.sendings)


def _begun(about: About, server: OnTrial, citizen: int) -> tuple[Notes, Sequence[Book]]:
    """Notes with what stands already, and the books with the times that are free to play with.

    Appointments that others have are as good as ever confirmed. A time that is not offered though nobody is known to
    have it is left alone: somebody has closed it, and the suite cannot know why.
    """
    notes = Notes(run=f"verify{secrets.token_hex(4)}", about=about, places=places_of(about.books))
    adapter = server.meet()
    record = adapter.record()
    adapter.web.close()
    held = Counter(time_name(one.book, one.start) for one in (record.standing if record else ()))
    closed = {book.id: _not_offered(book, notes, server, citizen) for book in about.books}
    full = {time_name(book.id, start): book.places for book in about.books for start in closed[book.id]}
    notes.left_alone = frozenset(name for name, places in full.items() if held[name] < places)
    notes.places = {name: places for name, places in notes.places.items() if name not in notes.left_alone}
    notes.listings.clear()
    if record is not None:
        stood = snapshot_of(record, notes, (-inf, -inf)).held
        notes.sendings.extend(replace(stood_before(one), appointment=one.appointment) for one in stood)
    return notes, [without(book, closed[book.id]) for book in about.books]


def _not_offered(book: Book, notes: Notes, server: OnTrial, citizen: int) -> frozenset[str]:
    with closing(Person(notes, server, citizen)) as somebody:
        shown = [(day, somebody.read_list(book.id, day)) for day in dict.fromkeys(start[:10] for start in book.starts)]
    seen = {day: starts for day, starts in shown if starts is not None}
    return frozenset(start for start in book.starts if start[:10] in seen and start not in seen[start[:10]])


def _read(notes: Notes, adapter: Checked) -> bool:
    """Read the server's record and write it down; whether nothing waited to be decided any more."""
    begun_s = notes.now_s()
    record = adapter.record()
    if record is None:
        return True
    notes.snapshots.append(snapshot_of(record, notes, (begun_s, notes.now_s())))
    return record.settled


def _owner_of(witness: tuple[Operation, ...], owner: Mapping[int, Owner]) -> Owner | None:
    return next((owner[id(one)] for one in witness if id(one) in owner), None)
