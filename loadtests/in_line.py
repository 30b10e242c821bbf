"""Places that came from a waiting list, as reservations that the history can judge.

Nobody sends a reservation for them. They are asked for by getting in line, which is after the list was found empty, and
the server makes the reservation under a key of its own, which its record names. The record knows people by names of its
own, so a place is known by its appointment to be the one that a citizen was told of.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import inf
from typing import Any, Final

from loadtests.checker.operations import Sending, Told
from scenarios.attempts import Attempt, Outcome

NOBODY_KNOWN: Final = "unknown"
"""Who was given a place and had not looked when the load test ended."""


def given_in_line(attempts: Sequence[Attempt], export: Mapping[str, Any] | None, *, run: str) -> dict[str, Sending]:
    """One reservation for every place that was given, by its key in the server's record.

    What a citizen was told of and the record does not have (any more) has a key of its own here.
    """
    waited_s = {one.citizen: one.ended_s for one in attempts if one.outcome is Outcome.NO_SLOT}
    seen = [one for one in attempts if one.outcome is Outcome.CONFIRMED and not one.requests]
    keys = {} if export is None or not waited_s else dict(_standing(export))
    told = [_told(keys.pop(one.appointment or "", f"{run}-{one.citizen}-{one.number}"), one, waited_s) for one in seen]
    untold = [_untold(key, min(waited_s.values())) for key in keys.values()]
    return {one.key: one for one in (*told, *untold)}


def _standing(export: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The appointment and the key of everything that was given in line and stands."""
    keys = {str(row["reservation"]): str(row["idempotency_key"]) for row in export["reservations"]}
    given = {str(row["given"]) for row in export.get("waitlist", ()) if row.get("given") is not None}
    for row in export["appointments"]:
        if row["reservation"] in given:
            yield str(row["appointment"]), keys[row["reservation"]]


def _told(key: str, seen: Attempt, waited_s: Mapping[int, float]) -> Sending:
    return Sending(
        key=key,
        citizen=str(seen.citizen),
        book=seen.book or "",
        time=None,
        invoked_s=waited_s.get(seen.citizen, -inf),
        returned_s=seen.ended_s,
        told=Told.CONFIRMED,
        place=seen.slot,
        appointment=seen.appointment,
    )


def _untold(key: str, earliest_s: float) -> Sending:
    return Sending(
        key=key,
        citizen=NOBODY_KNOWN,
        book="",
        time=None,
        invoked_s=earliest_s,
        returned_s=inf,
        told=Told.UNKNOWN,
    )
