"""The checker against a search through every order: no false alarm, and one place hides nothing."""

from itertools import count
from math import inf
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

from loadtests.checker.judging import judge
from loadtests.checker.operations import Cancelling, History, Listing, Operation, Sending, Told
from tests.linearizable import linearizable

TIME = "B 09:00"
MOMENTS = st.integers(0, 8).map(float)


@st.composite
def histories(draw: Any, *, places: int, cancels: bool) -> tuple[History, list[Operation], tuple[str, ...]]:
    """A few operations on one time, with answers drawn at random: most such histories are impossible."""
    names = tuple(f"{TIME}/{k + 1}" for k in range(places))
    numbers = count()
    made: list[Operation] = []
    for _ in range(draw(st.integers(1, 6))):
        begun, ended = sorted((draw(MOMENTS), draw(MOMENTS)))
        what = draw(st.sampled_from(["send", "send", "list", "cancel"] if cancels else ["send", "send", "list"]))
        if what == "send":
            made.append(_sending(draw, next(numbers), names, begun, ended))
        elif what == "list":
            offered = frozenset({TIME}) if draw(st.booleans()) else frozenset[str]()
            made.append(Listing(times=frozenset({TIME}), offered=offered, invoked_s=begun, returned_s=ended))
        else:
            confirmed = [one.appointment for one in made if isinstance(one, Sending) and one.appointment]
            told = draw(st.sampled_from([Told.CONFIRMED, Told.UNKNOWN]))
            if confirmed:
                appointment = draw(st.sampled_from(confirmed))
                returned_s = inf if told is Told.UNKNOWN else ended
                made.append(Cancelling(appointment=appointment, invoked_s=begun, returned_s=returned_s, told=told))
    history = History(
        places={TIME: names},
        sendings=tuple(one for one in made if isinstance(one, Sending)),
        cancellings=tuple(one for one in made if isinstance(one, Cancelling)),
        listings=tuple(one for one in made if isinstance(one, Listing)),
    )
    return history, made, names


def _sending(draw: Any, number: int, names: tuple[str, ...], begun: float, ended: float) -> Sending:
    told = draw(st.sampled_from([Told.CONFIRMED, Told.TAKEN, Told.TAKEN, Told.UNKNOWN]))
    won = told is Told.CONFIRMED
    return Sending(
        key=f"k{number}",
        citizen=f"{number}",
        book="B",
        time=TIME,
        invoked_s=begun,
        returned_s=inf if told is Told.UNKNOWN else ended,
        told=told,
        place=draw(st.sampled_from(names)) if won else None,
        appointment=f"A{number}" if won else None,
    )


@settings(max_examples=300)
@given(histories(places=1, cancels=False))
def test_for_one_place_given_once_the_checker_and_the_search_always_agree(made: Any) -> None:
    history, operations, names = made
    possible = linearizable(operations, names)
    event("possible" if possible else "impossible")
    assert (not judge(history).anomalies) == possible


@settings(max_examples=300)
@given(st.integers(1, 3).flatmap(lambda places: histories(places=places, cancels=True)))
def test_what_some_order_explains_is_never_called_wrong(made: Any) -> None:
    history, operations, names = made
    possible = linearizable(operations, names)
    found = judge(history).anomalies
    event(f"possible: {possible}, found: {bool(found)}")
    if possible:
        assert found == ()
