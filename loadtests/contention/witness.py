"""A witness as bars on one time axis: who did what, from when to when, and what they were told."""

from math import inf
from typing import assert_never

from loadtests.checker.anomalies import MEANING, Anomaly
from loadtests.checker.operations import Cancelling, Hold, Listing, Operation, Sending, Snapshot
from scenarios.verification import Bar, Witness


def witness_of(anomaly: Anomaly, case: str | None, book: str | None) -> Witness:
    """The anomaly as it is told."""
    return Witness(
        kind=anomaly.kind,
        meaning=MEANING[anomaly.kind],
        says=anomaly.says,
        case=case,
        book=book,
        bars=sorted((_bar(one, anomaly.about) for one in anomaly.witness), key=lambda bar: bar.begun_s),
    )


def _bar(one: Operation, about: str) -> Bar:
    ended_s = None if one.returned_s == inf else one.returned_s
    who, did, told = _words(one, about)
    return Bar(who=who, did=did, begun_s=one.invoked_s, ended_s=ended_s, told=told)


def _words(one: Operation, about: str) -> tuple[str, str, str]:
    match one:
        case Sending():
            verb = "reserve" if one.replaces is None else "change to"
            return f"citizen {one.citizen}", f"{verb} {one.time or 'any'}", f"{one.told} {one.place or ''}".strip()
        case Hold():
            return f"citizen {one.citizen}", f"hold {one.time}", one.told
        case Cancelling():
            return "somebody", f"cancel {one.appointment}", one.told
        case Listing():
            return "somebody", "read the list", "offered" if about in one.offered else "not offered"
        case Snapshot():
            held = sum(about in {row.place, row.key, row.citizen} for row in one.held)
            return "the record", "is read", f"{held} appointment{'' if held == 1 else 's'} there"
        case _:
            assert_never(one)
