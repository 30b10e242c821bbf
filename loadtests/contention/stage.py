"""Who plays a case, and how: a stage with people on it, who are let go at the same moment.

People act in threads, let go by a barrier; nothing waits for a length of time but what a server's promise makes last.
"""

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from loadtests.checker.operations import Sending, Told
from loadtests.contention.notes import Notes
from loadtests.contention.on_trial import OnTrial
from loadtests.contention.person import Person
from scenarios.strategy import Strategy

Kill: TypeAlias = Callable[[str], None]
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


@contextmanager
def citizens(stage: Stage, count: int, first: int = 0) -> Generator[list[Person]]:
    """So many people, for the length of a `with` block; they are the same whenever `first` is."""
    people = [Person(stage.notes, stage.server, stage.first_citizen + first + k) for k in range(count)]
    try:
        yield people
    finally:
        for one in people:
            one.close()


def at_once(acts: Sequence[Callable[[], object]]) -> None:
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


def book(stage: Stage, one: Person, start: str) -> Sending | None:
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


def ask(stage: Stage, one: Person, key: str, start: str) -> Sending:
    """Ask for an appointment under a key: again, if it was asked for before."""
    return one.confirm(key) if holds(stage) else one.send(key, stage.book, start)


def holds(stage: Stage) -> bool:
    """Whether the server gives places by way of holds."""
    return stage.notes.about.strategy is Strategy.HOLD
