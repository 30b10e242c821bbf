"""Times that a municipality offers in its books, as they come in a file: all of them fit, or none is taken in."""

import datetime as dt
import difflib
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reference_server.address_register.finding import Language
from scenarios.book_type import BookType

OSLO: Final = zoneinfo.ZoneInfo("Europe/Oslo")
MAX_BYTES: Final = 4 << 20
"""Of one file. ASSUMPTION: a year of every book of a large municipality is below it."""
MAX_PLACES: Final = 1000
"""Places at one time. ASSUMPTION: a guard against a slip of the keyboard."""
MAX_MINUTES: Final = 24 * 60
YEARS: Final = range(2000, 2200)
"""Of starts. ASSUMPTION: a guard against a slip of the keyboard."""


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class OfferedTime:
    """A time of a book: aware start in Norway to the minute, its length, and how many places it has."""

    book: str
    start: dt.datetime
    minutes: int
    places: int

    @property
    def start_text(self) -> str:
        """The start as the server names it: local, to the minute."""
        return f"{self.start.astimezone(OSLO):%Y-%m-%dT%H:%M}"

    @property
    def end(self) -> dt.datetime:
        """When it ends, on the clock of Norway."""
        return (self.start.astimezone(dt.UTC) + dt.timedelta(minutes=self.minutes)).astimezone(OSLO)


@dataclass(frozen=True, slots=True)
class SlotProblem:
    """One thing that keeps a file from being taken in: the file, its line where there is one, and what is wrong."""

    file: str
    line: int | None
    nb: str
    en: str

    def said(self, language: Language) -> str:
        """What is wrong, with its place."""
        word = "linje" if language == "nb" else "line"
        place = f"{self.file}, {word} {self.line}" if self.line else self.file
        return f"{place}: {self.nb if language == 'nb' else self.en}"


@dataclass(frozen=True, slots=True)
class Placed:
    """An offered time and where it stood."""

    time: OfferedTime
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class SlotFile:
    """What a reader made of a file: times with their lines, and everything that is wrong."""

    placed: tuple[Placed, ...]
    problems: tuple[SlotProblem, ...]


@dataclass(frozen=True, slots=True)
class KnownBook:
    """A book that times can be offered in; `minutes` is how long its appointments last, where that is fixed."""

    id: str
    name: str
    minutes: int | None = None
    type: BookType | None = None


def local_start(date: dt.date, time: dt.time) -> dt.datetime | None:
    """A start on the clock of Norway; None where the clocks skip it or show it twice, and outside `YEARS`."""
    if date.year not in YEARS:
        return None
    first = dt.datetime.combine(date, time.replace(fold=0), OSLO)
    if first.astimezone(dt.UTC).astimezone(OSLO).replace(tzinfo=None) != first.replace(tzinfo=None):
        return None
    return first if first.utcoffset() == first.replace(fold=1).utcoffset() else None


def taken_in(read: SlotFile, books: Sequence[KnownBook]) -> tuple[OfferedTime, ...] | tuple[SlotProblem, ...]:
    """The times in order if everything fits, else every problem and no time.

    Parameters
    ----------
    read : SlotFile
        With the books as the file calls them, by id or by name.
    books : sequence of KnownBook
        The books there are.
    """
    known = _by_name(books)
    problems = [*read.problems]
    times: dict[tuple[str, str], OfferedTime] = {}
    for one in read.placed:
        book = known.get(one.time.book.casefold())
        if book is None:
            problems.append(_unknown(one, books))
            continue
        time = OfferedTime(book=book.id, start=one.time.start, minutes=one.time.minutes, places=one.time.places)
        problems += _faults(one, time, book)
        if times.setdefault((book.id, time.start_text), time) is not time:
            nb, en = f"{time.start_text} står to ganger", f"{time.start_text} stands there twice"
            problems.append(SlotProblem(one.file, one.line, f"{nb} for {book.id}", f"{en} for {book.id}"))
    if not (times or problems):
        problems.append(SlotProblem("filen", None, "ingen ledige timer", "no free times"))
    if problems:
        return tuple(sorted(problems, key=lambda problem: (problem.file, problem.line or 0)))
    return tuple(sorted(times.values()))


def _by_name(books: Iterable[KnownBook]) -> Mapping[str, KnownBook]:
    names: dict[str, KnownBook | None] = {}
    for book in books:
        name = book.name.casefold()
        names[name] = None if name in names else book  # a name of two books stands for neither
    return {name: book for name, book in names.items() if book} | {book.id.casefold(): book for book in books}


def _unknown(one: Placed, books: Sequence[KnownBook]) -> SlotProblem:
    close = difflib.get_close_matches(one.time.book, [name for book in books for name in (book.id, book.name)], n=1)
    nb, en = f"ingen timebok {one.time.book!r}", f"no book {one.time.book!r}"
    hint = (f"; mente du {close[0]}?", f"; did you mean {close[0]}?") if close else ("", "")
    return SlotProblem(one.file, one.line, nb + hint[0], en + hint[1])


def _faults(one: Placed, time: OfferedTime, book: KnownBook) -> list[SlotProblem]:
    said: list[tuple[str, str]] = []
    if book.minutes not in (None, time.minutes):
        nb = f"{time.minutes} minutter, men timene i {book.id} varer {book.minutes}"
        said.append((nb, f"{time.minutes} minutes, but the appointments of {book.id} last {book.minutes}"))
    if time.places > MAX_PLACES:
        said.append((f"flere enn {MAX_PLACES} plasser", f"more than {MAX_PLACES} places"))
    return [SlotProblem(one.file, one.line, nb, en) for nb, en in said]
