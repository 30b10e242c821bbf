"""Cases in which nothing breaks: many want the same, and come and go."""

import threading

from loadtests.adapters.web import PATIENCE_S
from loadtests.checker.operations import Sending, Told
from loadtests.contention.person import Person
from loadtests.contention.stage import Stage, at_once, book, citizens


def hot_slot(stage: Stage) -> None:
    """2, 16 and all want one place at the same moment."""
    counts = [count for count in (2, 16, stage.clients) if count <= stage.clients]
    first = 0
    for count, start in zip(dict.fromkeys(counts), stage.starts, strict=False):
        with citizens(stage, count, first) as people:
            at_once([lambda one=one, start=start: book(stage, one, start) for one in people])
        first += count


def hold_expiry(stage: Stage) -> None:
    """Somebody is too slow, and somebody else has had the place held meanwhile."""
    start = stage.starts[0]
    with citizens(stage, 2) as (slow, quick):
        held = slow.hold(stage.book, start)
        over_s = stage.notes.now_s() + 2 * stage.notes.about.hold_s + PATIENCE_S
        theirs = quick.hold(stage.book, start)
        while theirs is None and stage.notes.now_s() < over_s:
            threading.Event().wait(stage.notes.about.hold_s / 20)
            theirs = quick.hold(stage.book, start)
        late = [lambda: slow.confirm(held)] if held is not None else []
        on_time = [lambda: quick.confirm(theirs)] if theirs is not None else []
        at_once([*late, *on_time])


def cancel_and_rebook(stage: Stage) -> None:
    """Several book a place and give it back, over and over."""
    start = stage.starts[0]

    def rounds(one: Person) -> None:
        for _ in range(6):
            mine = book(stage, one, start)
            if mine is not None and mine.appointment is not None:
                one.cancel(mine.appointment)

    with citizens(stage, 4) as people:
        at_once([lambda one=one: rounds(one) for one in people])


def change(stage: Stage) -> None:
    """Those who have appointments move into each other's times."""
    starts = stage.starts[:3]
    with citizens(stage, 3) as people:
        have = [book(stage, one, start) for one, start in zip(people, starts, strict=True)]

        def rounds(one: Person, mine: Sending | None) -> None:
            for k in range(9):
                if mine is None:
                    return
                moved = one.change(mine, stage.starts[(k + one.number) % (len(starts) + 1)])
                mine = moved if moved.told is Told.CONFIRMED else None if moved.told is Told.UNKNOWN else mine

        at_once([lambda one=one, mine=mine: rounds(one, mine) for one, mine in zip(people, have, strict=True)])


def listing(stage: Stage) -> None:
    """Some read lists all the time while others book and give back."""
    over = threading.Event()
    date = stage.starts[0][:10]

    def read(one: Person) -> None:
        while not over.is_set():
            one.read_list(stage.book, date)

    def come_and_go(one: Person) -> None:
        for start in [*stage.starts, *stage.starts]:
            mine = book(stage, one, start)
            one.read_list(stage.book, date)
            if mine is not None and mine.appointment is not None:
                one.cancel(mine.appointment)
            one.read_list(stage.book, date)

    with citizens(stage, 4) as people:
        readers = [threading.Thread(target=read, args=(one,)) for one in people[:2]]
        for reader in readers:
            reader.start()
        at_once([lambda one=one: come_and_go(one) for one in people[2:]])
        over.set()
        for reader in readers:
            reader.join()


def limit(stage: Stage) -> None:
    """Two connections of one citizen ask for two times at once, again and again, each time as different wishes."""
    with citizens(stage, 1) as (first,), citizens(stage, 1) as (second,):
        for number, (start, other) in enumerate(zip(stage.starts[::2], stage.starts[1::2], strict=False)):
            key = f"{stage.notes.run}-{first.number}-{2 * number}"
            another = f"{stage.notes.run}-{first.number}-{2 * number + 1}"
            at_once(
                [
                    lambda key=key, start=start: first.send(key, stage.book, start),
                    lambda another=another, other=other: second.send(another, stage.book, other),
                ]
            )
