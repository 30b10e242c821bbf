"""Cases in which something breaks: a connection, the way to the server, a process of its own."""

import threading
from collections.abc import Sequence
from contextlib import closing
from typing import Final

from loadtests.adapters.web import PATIENCE_S
from loadtests.checker.operations import Told
from loadtests.contention.line import HOLDING_UP, Line, Trouble, line_to
from loadtests.contention.person import Person
from loadtests.contention.stage import Stage, ask, at_once, book, citizens, holds

AGAIN_S: Final = 0.1
"""Between two tries at a server that may be dead."""


def retry(stage: Stage) -> None:
    """Asking again within moments, after a connection that the client cut, and twice at the same time."""
    with citizens(stage, 4) as people:
        for number, (one, start) in enumerate(zip(people, stage.starts, strict=False)):
            key = f"{stage.notes.run}-{one.number}-0"
            one.send(key, stage.book, start, patience_s=0.001 * (1 + number))
            with citizens(stage, 1, number) as (same,):
                at_once(
                    [
                        lambda one=one, key=key, start=start: one.send(key, stage.book, start),
                        lambda same=same, key=key, start=start: same.send(key, stage.book, start),
                    ]
                )
            one.send(key, stage.book, start)


def broken_line(stage: Stage) -> str | None:
    """Each trouble at a time of its own; why not, if the adapter goes beside the line."""
    site = stage.server.guard.require(stage.server.base_url)
    for number, (trouble, start) in enumerate(zip(Trouble, stage.starts, strict=True)):
        with (
            line_to(stage.server.guard, site, PATIENCE_S) as line,
            closing(Person(stage.notes, stage.server, stage.first_citizen + 2 * number, via=line.here)) as one,
            citizens(stage, 2, 2 * number) as (same, rival),
        ):
            _in_trouble(stage, line, trouble, (one, same, rival), start)
            if not line.was_used:
                return "the adapter has connections of its own, which nothing can cut"
    return None


def _in_trouble(stage: Stage, line: Line, trouble: Trouble, people: tuple[Person, Person, Person], start: str) -> None:
    """Ask over a line on which something happens, and again; a rival wants the same meanwhile."""
    one, same, rival = people
    key = one.hold(stage.book, start) if holds(stage) else one.new_key()
    if key is None:
        return
    line.order(trouble)
    if trouble in HOLDING_UP:
        _overtaken(stage, line, (one, same), key, start)
    else:
        ask(stage, one, key, start)
    at_once([lambda: ask(stage, one, key, start), lambda: book(stage, rival, start)])


def _overtaken(stage: Stage, line: Line, people: tuple[Person, Person], key: str, start: str) -> None:
    """What was sent first waits on the line until what was sent again, on another, is answered."""
    first, again = people

    def ask_first() -> None:
        ask(stage, first, key, start)
        line.let_go()  # if nothing was held up, nobody waits for it

    def overtake() -> None:
        line.wait_until_held_up()
        ask(stage, again, key, start)
        line.let_go()

    at_once([ask_first, overtake])


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
    with citizens(stage, 4 * each) as people:
        groups = [people[k * each : (k + 1) * each] for k in range(4)]
        at_once([shoot, *(lambda group=group: book_all(group) for group in groups)])


def kill_web(stage: Stage) -> None:
    """The web process is shot."""
    _kill(stage, "booking")


def kill_ehr(stage: Stage) -> None:
    """The record system is shot."""
    _kill(stage, "record system")
