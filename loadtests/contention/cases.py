"""The cases of the suite: each is one way in which booking servers are known to break.

A case has times of its own, so that what goes wrong in it is told apart from the others. People act in threads, let go
at the same moment by a barrier; nothing waits for a length of time but what a server's promise makes last.
"""

import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, assert_never

from loadtests.adapters.answers import About
from loadtests.adapters.checked import Checked
from loadtests.adapters.web import PATIENCE_S
from loadtests.checker.operations import Sending, Told
from loadtests.contention.notes import Notes
from loadtests.contention.on_trial import OnTrial
from loadtests.contention.person import Person
from scenarios.strategy import Strategy


class Case(StrEnum):
    """What is tried; a closed set."""

    HOT_SLOT = "hot-slot"
    RETRY = "retry"
    HOLD_EXPIRY = "hold-expiry"
    CANCEL_REBOOK = "cancel-and-rebook"
    CHANGE = "change"
    LISTING = "listing"
    LIMIT = "limit"
    KILL_WEB = "kill-web"
    KILL_EHR = "kill-ehr"


ABOUT: Final = {
    Case.HOT_SLOT: "2, 16 and more clients want one place at the same moment",
    Case.RETRY: "a client hangs up before the answer and asks again, also twice at once, under the same key",
    Case.HOLD_EXPIRY: "a hold runs out, somebody else holds the place, and the first confirms too late",
    Case.CANCEL_REBOOK: "a place is given back and booked again, over and over, by several",
    Case.CHANGE: "holders of appointments move into each other's times",
    Case.LISTING: "lists are read all the time while places come and go",
    Case.LIMIT: "one citizen asks for several appointments at once",
    Case.KILL_WEB: "the web process is killed (kill -9) in a burst, restarted, and everybody asks again",
    Case.KILL_EHR: "the record system is killed (kill -9) while reservations wait for it, and restarted",
}

MOST_HOLD_S: Final = 60.0

AGAIN_S: Final = 0.1
"""Between two tries at a server that may be dead."""

Kill = Callable[[str], None]
"""Kill a process of the server, by name, and start it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where a case plays: the notes, its own times of the book, how many clients at most, and the way to kill."""

    notes: Notes
    server: OnTrial
    book: str
    starts: Sequence[str]
    clients: int
    kill: Kill | None
    first_citizen: int


def why_not(case: Case, about: About, adapter: Checked, *, can_kill: bool) -> str | None:
    """Why a case does not apply to a server, or to what its adapter can do; None if it does."""
    if case is Case.CHANGE and not adapter.has("change"):
        return "the adapter has no change"
    if case in {Case.KILL_WEB, Case.KILL_EHR} and not can_kill:
        return "the server was started by somebody else, and its processes are theirs to stop"
    return _against_strategy(case, about.strategy) or _against_promises(case, about)


def _against_strategy(case: Case, strategy: Strategy) -> str | None:
    match case:
        case Case.HOLD_EXPIRY if strategy is not Strategy.HOLD:
            return f"the server's strategy is {strategy}, which holds nothing"
        case Case.RETRY | Case.LIMIT | Case.KILL_WEB if strategy is Strategy.HOLD:
            return "the server gives appointments by way of holds alone"
        case Case.KILL_EHR if strategy is not Strategy.QUEUED:
            return f"the server's strategy is {strategy}, which asks no record system"
        case Case.HOT_SLOT:
            return None
        case _ if strategy is Strategy.ASSIGN:
            return "the server assigns times, and citizens choose none"
        case _:
            return None


def _against_promises(case: Case, about: About) -> str | None:
    match case:
        case Case.HOLD_EXPIRY if about.hold_s > MOST_HOLD_S:
            return f"a hold lasts {about.hold_s:g} s there, too long to wait for"
        case Case.RETRY | Case.KILL_WEB if not about.knows_keys:
            return "the server does not promise to know a reservation again that is sent twice"
        case Case.LIMIT if about.allowed != 1:
            return "the server lets citizens have more than one appointment"
        case _:
            return None


def play(case: Case, stage: Stage) -> None:
    """Let everybody do what the case asks for; what they saw is in the notes."""
    _PLAYED[case](stage)


def _hot_slot(stage: Stage) -> None:
    counts = [count for count in (2, 16, stage.clients) if count <= stage.clients]
    first = 0
    for count, start in zip(dict.fromkeys(counts), stage.starts, strict=False):
        with _people(stage, count, first) as people:
            _at_once([lambda one=one, start=start: _book(stage, one, start) for one in people])
        first += count


def _retry(stage: Stage) -> None:
    """Asking again within moments, after a connection that the client cut, and twice at the same time."""
    with _people(stage, 4) as people:
        for number, (one, start) in enumerate(zip(people, stage.starts, strict=False)):
            key = f"{stage.notes.run}-{one.number}-0"
            one.send(key, stage.book, start, patience_s=0.001 * (1 + number))
            with _people(stage, 1, number) as (same,):
                _at_once(
                    [
                        lambda one=one, key=key, start=start: one.send(key, stage.book, start),
                        lambda same=same, key=key, start=start: same.send(key, stage.book, start),
                    ]
                )
            one.send(key, stage.book, start)


def _hold_expiry(stage: Stage) -> None:
    start = stage.starts[0]
    with _people(stage, 2) as (slow, quick):
        held = slow.hold(stage.book, start)
        over_s = stage.notes.now_s() + 2 * stage.notes.about.hold_s + PATIENCE_S
        theirs = quick.hold(stage.book, start)
        while theirs is None and stage.notes.now_s() < over_s:
            threading.Event().wait(stage.notes.about.hold_s / 20)
            theirs = quick.hold(stage.book, start)
        late = [lambda: slow.confirm(held)] if held is not None else []
        on_time = [lambda: quick.confirm(theirs)] if theirs is not None else []
        _at_once([*late, *on_time])


def _cancel_and_rebook(stage: Stage) -> None:
    start = stage.starts[0]

    def rounds(one: Person) -> None:
        for _ in range(6):
            mine = _book(stage, one, start)
            if mine is not None and mine.appointment is not None:
                one.cancel(mine.appointment)

    with _people(stage, 4) as people:
        _at_once([lambda one=one: rounds(one) for one in people])


def _change(stage: Stage) -> None:
    starts = stage.starts[:3]
    with _people(stage, 3) as people:
        have = [_book(stage, one, start) for one, start in zip(people, starts, strict=True)]

        def rounds(one: Person, mine: Sending | None) -> None:
            for k in range(9):
                if mine is None:
                    return
                moved = one.change(mine, stage.starts[(k + one.number) % (len(starts) + 1)])
                mine = moved if moved.told is Told.CONFIRMED else None if moved.told is Told.UNKNOWN else mine

        _at_once([lambda one=one, mine=mine: rounds(one, mine) for one, mine in zip(people, have, strict=True)])


def _listing(stage: Stage) -> None:
    over = threading.Event()
    date = stage.starts[0][:10]

    def read(one: Person) -> None:
        while not over.is_set():
            one.read_list(stage.book, date)

    def come_and_go(one: Person) -> None:
        for start in [*stage.starts, *stage.starts]:
            mine = _book(stage, one, start)
            one.read_list(stage.book, date)
            if mine is not None and mine.appointment is not None:
                one.cancel(mine.appointment)
            one.read_list(stage.book, date)

    with _people(stage, 4) as people:
        readers = [threading.Thread(target=read, args=(one,)) for one in people[:2]]
        for reader in readers:
            reader.start()
        _at_once([lambda one=one: come_and_go(one) for one in people[2:]])
        over.set()
        for reader in readers:
            reader.join()


def _limit(stage: Stage) -> None:
    """Two connections of one citizen ask for two times at once, again and again, each time as different wishes."""
    with _people(stage, 1) as (first,), _people(stage, 1) as (second,):
        for number, (start, other) in enumerate(zip(stage.starts[::2], stage.starts[1::2], strict=False)):
            key = f"{stage.notes.run}-{first.number}-{2 * number}"
            another = f"{stage.notes.run}-{first.number}-{2 * number + 1}"
            _at_once(
                [
                    lambda key=key, start=start: first.send(key, stage.book, start),
                    lambda another=another, other=other: second.send(another, stage.book, other),
                ]
            )


def _kill(stage: Stage, part: str) -> None:
    """Four at a time want each of the times; in the middle the process is shot. Who heard nothing asks again."""
    if stage.kill is None:
        return
    kill = stage.kill
    some_are_answered = threading.Semaphore(0)
    over_s = stage.notes.now_s() + 3 * PATIENCE_S

    def book_all(people: Sequence[Person]) -> None:
        for one, start in zip(people, stage.starts, strict=True):
            key = f"{stage.notes.run}-{one.number}-0"
            heard = one.send(key, stage.book, start)
            some_are_answered.release()
            while heard.told is Told.UNKNOWN and stage.notes.now_s() < over_s:
                threading.Event().wait(AGAIN_S)
                heard = one.send(key, stage.book, start)

    def shoot() -> None:
        for _ in range(4):
            some_are_answered.acquire()
        kill(part)

    each = len(stage.starts)
    with _people(stage, 4 * each) as people:
        groups = [people[k * each : (k + 1) * each] for k in range(4)]
        _at_once([shoot, *(lambda group=group: book_all(group) for group in groups)])


def _kill_web(stage: Stage) -> None:
    _kill(stage, "booking")


def _kill_ehr(stage: Stage) -> None:
    _kill(stage, "record system")


def _book(stage: Stage, one: Person, start: str) -> Sending | None:
    """Get an appointment at a time, by way of a hold where the server wants one; None if there was none to get."""
    match stage.notes.about.strategy:
        case Strategy.HOLD:
            held = one.hold(stage.book, start)
            heard = None if held is None else one.confirm(held)
        case Strategy.ASSIGN:
            heard = one.reserve(stage.book, None)
        case Strategy.QUEUED | Strategy.IMMEDIATE:
            heard = one.reserve(stage.book, start)
        case _:
            assert_never(stage.notes.about.strategy)
    return heard if heard is not None and heard.told is Told.CONFIRMED else None


@contextmanager
def _people(stage: Stage, count: int, first: int = 0) -> Generator[list[Person]]:
    people = [Person(stage.notes, stage.server, stage.first_citizen + first + k) for k in range(count)]
    try:
        yield people
    finally:
        for one in people:
            one.close()


def _at_once(acts: Sequence[Callable[[], object]]) -> None:
    """Let everybody go at the same moment, and wait until all are done; what goes wrong in one is raised."""
    start = threading.Barrier(len(acts))
    problems: list[BaseException] = []

    def act(one: Callable[[], object]) -> None:
        start.wait()
        try:
            one()
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=act, args=(one,)) for one in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for problem in problems:
        raise problem


_PLAYED: Final[Mapping[Case, Callable[[Stage], None]]] = {
    Case.HOT_SLOT: _hot_slot,
    Case.RETRY: _retry,
    Case.HOLD_EXPIRY: _hold_expiry,
    Case.CANCEL_REBOOK: _cancel_and_rebook,
    Case.CHANGE: _change,
    Case.LISTING: _listing,
    Case.LIMIT: _limit,
    Case.KILL_WEB: _kill_web,
    Case.KILL_EHR: _kill_ehr,
}
