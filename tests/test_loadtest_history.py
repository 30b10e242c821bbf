"""A load test as a history: what its attempts and the export prove, and what they do not."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtests.history import check
from reference_server.booking import Confirmed, Ledger
from scenarios import result
from scenarios.attempts import Attempt, Operation, Outcome, Request, Status

RUN = "c0ffee"
UNTOLD = (Outcome.UNKNOWN, Outcome.ABANDONED, Outcome.FAILED)


def attempt(citizen: int, outcome: Outcome, slot: str | None = None, **changes: Any) -> Attempt:
    row = Attempt(
        citizen=citizen,
        number=1,
        planned_s=0.0,
        ended_s=9.0,
        outcome=outcome,
        book="B",
        asked="08:30",
        slot=slot,
        reserved_s=5.0,
        requests=(Request(Operation.RESERVE, 5.0, 5.0, 6.0, Status.OK),),
    )
    return dataclasses.replace(row, **changes)


def reservation(citizen: int, state: str, number: int = 1, run: str = RUN) -> dict[str, Any]:
    return {
        "reservation": f"R-{run}-{citizen}-{number}",
        "idempotency_key": f"{run}-{citizen}-{number}",
        "state": state,
    }


def appointment(citizen: int, slot: str, number: int = 1, run: str = RUN) -> dict[str, Any]:
    return {"slot": slot, "reservation": f"R-{run}-{citizen}-{number}"}


def export(appointments: list[dict[str, Any]], reservations: list[dict[str, Any]]) -> dict[str, Any]:
    return {"appointments": appointments, "reservations": reservations}


PLACES = {f"B {time}": (f"B/{time}/1",) for time in ("08:30", "08:35", "08:40", "09:00", "10:00", "10:10")}


def judged(
    attempts: list[Attempt],
    books: dict[str, Any] | None,
    places: dict[str, tuple[str, ...]] = PLACES,
    *,
    partial: bool = False,
) -> result.History:
    return check(attempts, books, places, run=RUN, partial=partial)


def right() -> tuple[list[Attempt], dict[str, Any]]:
    """Citizens 1, 6 and 7 got places, citizen 2 was rejected, citizens 3 and 4 never heard."""
    attempts = [
        attempt(1, Outcome.CONFIRMED, "B/08:30/1"),
        attempt(6, Outcome.CONFIRMED, "B/10:00/1", asked="10:00"),
        attempt(7, Outcome.CONFIRMED, "B/10:10/1", asked="10:10"),
        attempt(2, Outcome.REJECTED),
        attempt(3, Outcome.UNKNOWN),
        attempt(4, Outcome.ABANDONED, asked="08:35"),
    ]
    states = [reservation(k, "CONFIRMED") for k in (1, 4, 6, 7)] + [reservation(2, "REJECTED")]
    held = {1: "B/08:30/1", 4: "B/08:35/1", 6: "B/10:00/1", 7: "B/10:10/1"}
    return attempts, export([appointment(k, place) for k, place in held.items()], states)


def test_a_history_that_is_right_is_called_correct():
    attempts, books = right()
    assert judged(attempts, books).verdict == "correct"


def test_without_an_export_the_verdict_is_unknown():
    attempts, _ = right()
    assert judged(attempts, None).verdict == "unknown"


def test_an_export_that_cannot_be_read_is_no_evidence():
    attempts, _ = right()
    assert judged(attempts, {"appointments": [{}], "reservations": []}).verdict == "unknown"


def test_two_confirmations_of_one_place_are_found_even_without_an_export():
    attempts, _ = right()
    found = judged([*attempts, attempt(5, Outcome.CONFIRMED, "B/08:30/1")], None)
    assert found.verdict == "anomaly"
    assert found.anomalies == ["double booking: B/08:30/1 was confirmed to citizen 1 and to citizen 5"]


def test_two_appointments_for_one_place_are_found():
    attempts, books = right()
    books["appointments"].append(appointment(3, "B/08:30/1"))
    books["reservations"].append(reservation(3, "CONFIRMED"))
    (sentence,) = judged(attempts, books).anomalies
    assert sentence == "double booking: the record has 2 appointments at B/08:30/1, of citizen 1 and citizen 3"


def test_a_lost_appointment_is_found():
    attempts, books = right()
    del books["appointments"][0]
    (sentence,) = judged(attempts, books).anomalies
    assert sentence.startswith("lost: citizen 1 was told CONFIRMED for B/08:30/1")


def test_an_appointment_that_went_to_somebody_else_is_found():
    attempts, books = right()
    books["appointments"][0] = appointment(3, "B/08:30/1")
    books["reservations"].append(reservation(3, "CONFIRMED"))
    (sentence,) = judged(attempts, books).anomalies
    assert sentence.startswith("lost: citizen 1 ")
    assert sentence.endswith("and the record has an appointment of citizen 3 there")


@pytest.mark.parametrize("made_up", [appointment(9, "B/09:00/1"), appointment(1, "B/09:00/1", number=2)])
def test_an_appointment_nobody_asked_for_is_found(made_up: dict[str, Any]):
    attempts, books = right()
    books["appointments"].append(made_up)
    books["reservations"] += [reservation(9, "CONFIRMED"), reservation(1, "CONFIRMED", number=2)]
    (sentence,) = judged(attempts, books).anomalies
    assert sentence.startswith("phantom: the record has B/09:00/1 of citizen ")


def test_an_appointment_without_a_reservation_is_found():
    attempts, books = right()
    books["appointments"].append({"slot": "B/09:00/1", "reservation": "R-of-nobody"})
    (sentence,) = judged(attempts, books).anomalies
    assert sentence == "phantom: the record has B/09:00/1 of citizen unknown, and no reservation that asked for it"


def test_an_appointment_of_an_attempt_that_never_reserved_is_found():
    attempts, books = right()
    attempts.append(attempt(5, Outcome.ABANDONED, reserved_s=None, requests=()))
    books["appointments"].append(appointment(5, "B/09:00/1"))
    books["reservations"].append(reservation(5, "CONFIRMED"))
    assert judged(attempts, books).verdict == "anomaly"


def test_a_citizen_told_rejected_whom_the_server_has_confirmed_is_found():
    attempts, books = right()
    books["reservations"][-1] = reservation(2, "CONFIRMED")
    books["appointments"].append(appointment(2, "B/08:40/1"))
    (sentence,) = judged(attempts, books).anomalies
    assert sentence.endswith("and citizen 2 was told REFUSED")
    assert "B/08:40/1" in sentence


def test_a_citizen_told_confirmed_whom_the_server_has_rejected_is_found():
    attempts, books = right()
    books["reservations"][0] = reservation(1, "REJECTED")
    (sentence,) = judged(attempts, books).anomalies
    assert sentence.startswith("lost: citizen 1 ")


def test_a_reservation_refused_unread_that_was_booked_all_the_same_is_found():
    attempts, books = right()
    shed = (Request(Operation.RESERVE, 5.0, 5.0, 6.0, Status.SHED),)
    attempts.append(attempt(5, Outcome.SHED, requests=shed))
    books["appointments"].append(appointment(5, "B/09:00/1"))
    books["reservations"].append(reservation(5, "CONFIRMED"))
    (sentence,) = judged(attempts, books).anomalies
    assert sentence.endswith("and citizen 5 was told REFUSED")


def test_an_inbox_that_was_refused_leaves_the_reservation_open():
    attempts, books = right()
    sent = Request(Operation.RESERVE, 5.0, 5.0, 6.0, Status.OK)
    attempts.append(attempt(5, Outcome.SHED, requests=(sent, Request(Operation.INBOX, 8.0, 8.0, 9.0, Status.SHED))))
    books["appointments"].append(appointment(5, "B/09:00/1"))
    books["reservations"].append(reservation(5, "CONFIRMED"))
    assert judged(attempts, books).verdict == "correct"


def test_appointments_of_another_run_on_the_same_server_are_left_aside():
    attempts, books = right()
    books["appointments"].append(appointment(9, "B/09:00/1", run="decade"))
    books["reservations"].append(reservation(9, "CONFIRMED", run="decade"))
    assert judged(attempts, books).verdict == "correct"


def test_a_record_that_lacks_attempts_accuses_nobody_of_phantoms():
    attempts, books = right()
    assert judged(attempts[:3], books).verdict == "anomaly"
    found = judged(attempts[:3], books, partial=True)
    assert (found.verdict, found.anomalies) == ("unknown", [])


def test_a_rejection_that_the_server_decided_while_the_place_was_free_is_found():
    attempts, books = right()
    attempts.append(attempt(5, Outcome.REJECTED, asked="09:00"))
    assert judged(attempts, books).verdict == "correct"  # it may have been for another reason than the place
    books["reservations"].append(reservation(5, "REJECTED"))
    (sentence,) = judged(attempts, books).anomalies
    assert sentence.startswith("unjustified rejection: citizen 5 was told")


def test_a_record_read_while_reservations_wait_is_no_final_state():
    attempts, books = right()
    books["reservations"].append(reservation(3, "SENT"))
    found = judged(attempts, books)
    assert (found.verdict, found.anomalies) == ("unknown", [])
    assert "under way" in (found.reason or "")


@given(
    st.lists(st.tuples(st.integers(0, 2), st.booleans(), st.sampled_from(UNTOLD)), max_size=20),
    st.integers(1, 2),
)
def test_a_server_that_keeps_the_rule_is_never_accused(wishes: list[tuple[int, bool, Outcome]], places: int):
    """Whoever asks for what, in whatever order, and whether they hear of it or not."""
    ledger, attempts, books = Ledger(places, [0, 0, 0]), list[Attempt](), export([], [])
    for citizen, (time, hears, untold) in enumerate(wishes):
        decision = ledger.reserve(time, citizen)
        state = Outcome.CONFIRMED if isinstance(decision, Confirmed) else Outcome.REJECTED
        slot = f"B/{time}/{decision.place}" if isinstance(decision, Confirmed) else None
        books["reservations"].append(reservation(citizen, state))
        if slot is not None:
            books["appointments"].append(appointment(citizen, slot))
        told = attempt(
            citizen, state if hears else untold, slot if hears else None, asked=f"{time}", ended_s=6.0 + citizen
        )
        attempts.append(told)
    offered = {f"B {time}": tuple(f"B/{time}/{place + 1}" for place in range(places)) for time in range(3)}
    assert judged(attempts, books, offered).anomalies == []
