"""The .ics file of an appointment, read back by the rules of RFC 5545."""

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.icalendar import Event, Status, icalendar

START = dt.datetime(2021, 5, 10, 6, 30, tzinfo=dt.UTC)
MADE = dt.datetime(2021, 5, 3, 7, 7, tzinfo=dt.UTC)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]) | st.sampled_from("\n,;\\"))


def event(summary: str = "Time til koronavaksine", status: Status = Status.CONFIRMED, sequence: int = 0) -> Event:
    return Event(
        uid="one@bolk.invalid",
        sequence=sequence,
        status=status,
        start=START,
        end=START + dt.timedelta(minutes=5),
        summary=summary,
        location="Hall 1, Testveien 1",
        description="http://127.0.0.1/timeavtaler/one",
    )


def read_back(text: str) -> dict[str, str]:
    """Property by name, unfolded and unescaped; fails where the text is no content lines."""
    assert text.endswith("\r\n")
    lines = text.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")
    assert not any("\r" in line or "\n" in line for line in lines)
    pairs = [line.split(":", 1) for line in lines]
    plain = {"\\n": "\n", "\\,": ",", "\\;": ";", "\\\\": "\\"}
    return {name: re.sub(r"\\.", lambda found: plain[found[0]], value) for name, value in pairs}


def test_the_event_reads_back_in_utc() -> None:
    text = icalendar([event()], MADE, "tests")
    found = read_back(text)
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:")
    assert text.index("BEGIN:VEVENT") < text.index("UID:") < text.index("END:VEVENT") < text.index("END:VCALENDAR")
    assert (found["DTSTART"], found["DTEND"]) == ("20210510T063000Z", "20210510T063500Z")
    assert found["DTSTAMP"] == "20210503T070700Z"
    assert found["LOCATION"] == "Hall 1, Testveien 1"
    assert (found["UID"], found["SEQUENCE"], found["STATUS"]) == ("one@bolk.invalid", "0", "CONFIRMED")


def test_cancelling_keeps_the_uid_and_raises_the_sequence() -> None:
    booked = read_back(icalendar([event()], MADE, "tests"))
    cancelled = read_back(icalendar([event(status=Status.CANCELLED, sequence=1)], MADE, "tests"))
    assert cancelled["UID"] == booked["UID"]
    assert int(cancelled["SEQUENCE"]) > int(booked["SEQUENCE"])
    assert cancelled["STATUS"] == "CANCELLED"


@given(TEXTS)
def test_any_text_survives_folding_and_escaping(summary: str) -> None:
    text = icalendar([event(summary)], MADE, "tests")
    assert read_back(text)["SUMMARY"] == summary
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


@pytest.mark.parametrize("length", range(60, 80))
def test_no_letter_is_cut_in_two_by_a_fold(length: int) -> None:
    text = icalendar([event("x" * length + "øæå" * 40)], MADE, "tests")
    for line in text.encode().split(b"\r\n"):
        line.decode()
        assert len(line) <= 75
