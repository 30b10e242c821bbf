"""How long the checker takes for a long history: operations a second, and the share of the time by part.

    .venv/bin/python -m benchmarks.checker [--operations 1000000]

The history is that of a server that keeps the rules, so that everything has to be looked at: one time in ten is hot.
"""

import argparse
import time

from loadtests.checker.judging import judge
from loadtests.checker.operations import Held, History, Sending, Snapshot, Told

PLACES_OF_A_TIME = 4


def main() -> None:
    """Make a history, judge it, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--operations", type=int, default=1_000_000)
    operations: int = parser.parse_args().operations
    history = history_of(operations)
    begun = time.process_time()
    verdict = judge(history)
    seconds = time.process_time() - begun
    _say(f"{verdict.operations:,} operations: {verdict.ruling}, {seconds:.1f} s, {operations / seconds:,.0f} a second")


def history_of(operations: int) -> History:
    """Citizens in turn, four in five of them rejected, then the record."""
    times = max(1, operations // (5 * PLACES_OF_A_TIME))
    places = {f"B {k}": tuple(f"B {k}/{place + 1}" for place in range(PLACES_OF_A_TIME)) for k in range(times)}
    names = list(places)
    given: dict[str, int] = dict.fromkeys(names, 0)
    held: list[Held] = []
    sendings: list[Sending] = []
    for number in range(operations):
        name = names[number % times] if number % 10 else names[0]
        won = given[name] < PLACES_OF_A_TIME
        place = places[name][given[name]] if won else None
        given[name] += won
        key = f"run-{number}-1"
        if place is not None:
            held.append(Held(f"A{number}", place, str(number), key))
        sendings.append(
            Sending(
                key=key,
                citizen=str(number),
                book="B",
                time=name,
                invoked_s=float(number),
                returned_s=number + 5.0,
                told=Told.CONFIRMED if won else Told.TAKEN,
                place=place,
                appointment=None if place is None else f"A{number}",
            )
        )
    free = times * PLACES_OF_A_TIME - len(held)
    end_s = operations + 10.0
    record = Snapshot(held=tuple(held), invoked_s=end_s, returned_s=end_s, free=free, capacity=times * PLACES_OF_A_TIME)
    return History(places=places, sendings=tuple(sendings), snapshots=(record,), allowed=1)


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  (it is a script)


if __name__ == "__main__":
    main()
