"""Offered times from CSV and SMART Scheduling Links: what is read, what is refused, nothing half taken in."""

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference_server.address_register.offered_times import (
    MAX_BYTES,
    MAX_MINUTES,
    MAX_PLACES,
    OSLO,
    KnownBook,
    OfferedTime,
    SlotFile,
    SlotProblem,
    local_start,
    taken_in,
)
from reference_server.address_register.slot_csv import read_csv, written_csv
from reference_server.address_register.slot_links import CAPACITY, MANIFEST, published, read_publication
from scenarios.book_type import BookType

BOOKS = (
    KnownBook("9999-1", "Vaksine covid19", type=BookType.KORONAVAKSINE),
    KnownBook("9999-2", "Koronatest, «Hall 1»; sør"),
)
NOW = dt.datetime(2021, 5, 1, 8, 0, tzinfo=OSLO)


def at(date: str, clock: str) -> dt.datetime:
    start = local_start(dt.date.fromisoformat(date), dt.time.fromisoformat(clock))
    assert start is not None
    return start


TIMES = (
    OfferedTime(book="9999-1", start=at("2021-05-10", "08:30"), minutes=5, places=3),
    OfferedTime(book="9999-2", start=at("2021-12-11", "09:00"), minutes=20, places=1),
)


def taken(read: SlotFile) -> tuple[OfferedTime, ...]:
    times = taken_in(read, BOOKS)
    assert times
    assert all(isinstance(one, OfferedTime) for one in times)
    return tuple(one for one in times if isinstance(one, OfferedTime))


def refused(read: SlotFile, books: tuple[KnownBook, ...] = BOOKS) -> list[str]:
    problems = taken_in(read, books)
    assert problems
    assert all(isinstance(one, SlotProblem) for one in problems)
    return [one.said("en") for one in problems if isinstance(one, SlotProblem)]


def csv_of(*rows: str, heading: str = "book,date,start,minutes,places") -> SlotFile:
    return read_csv("\n".join([heading, *rows]).encode(), "timer.csv")


@st.composite
def offered(draw: st.DrawFn) -> tuple[OfferedTime, ...]:
    starts = st.datetimes(dt.datetime(2021, 1, 1), dt.datetime(2030, 1, 1)).map(  # noqa: DTZ001 (local, by intent)
        lambda moment: local_start(moment.date(), moment.time().replace(second=0, microsecond=0))
    )
    times = st.builds(
        OfferedTime,
        book=st.sampled_from([book.id for book in BOOKS]),
        start=starts.filter(lambda start: start is not None),
        minutes=st.integers(1, MAX_MINUTES),
        places=st.integers(1, MAX_PLACES),
    )
    found = draw(st.lists(times, min_size=1, max_size=20, unique_by=lambda one: (one.book, one.start_text)))
    return tuple(sorted(found))


@settings(deadline=None)
@given(offered(), st.booleans(), st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]))
def test_csv_in_both_dialects_reads_back_as_it_was_written(
    times: tuple[OfferedTime, ...], excel: bool, encoding: str
) -> None:
    content = written_csv(times, excel=excel).encode(encoding)
    assert taken(read_csv(content, "timer.csv")) == times


@settings(deadline=None)
@given(offered())
def test_a_publication_reads_back_as_it_was_written(times: tuple[OfferedTime, ...]) -> None:
    files = published(BOOKS, times, municipality="Beste kommune", address="https://example.org/timer", now=NOW)
    assert taken(read_publication({name: text.encode() for name, text in files.items()})) == times


@settings(deadline=None)
@given(offered(), st.data())
def test_nothing_is_taken_in_when_one_line_is_wrong(times: tuple[OfferedTime, ...], data: st.DataObject) -> None:
    lines = written_csv(times).splitlines()
    lines.insert(data.draw(st.integers(1, len(lines))), "9999-1,2021-02-30,08:30,5,3")
    (problem,) = refused(read_csv("\n".join(lines).encode(), "timer.csv"))
    assert "2021-02-30" in problem


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_times_or_problems(content: bytes) -> None:
    assert taken_in(read_csv(content, "f"), BOOKS)
    assert taken_in(read_publication({MANIFEST: content, "slots.ndjson": content}), BOOKS)


def test_a_norwegian_excel_file_is_read() -> None:
    rows = ["timebok;dato;kl;minutter;plasser", "9999-1;10.05.2021;08.30;5;3", "9999-2;11.12.2021;09:00;20;1", ";;;;"]
    for text in ("\r\n".join(rows), "\r\n".join(["sep=;", *rows])):
        assert taken(read_csv(text.encode("utf-8-sig"), "timer.csv")) == TIMES


def test_a_book_may_be_called_by_its_name_and_columns_come_in_any_order() -> None:
    read = csv_of("3;5;08:30;2021-05-10;vaksine Covid19", heading="Plasser;Minutter;Klokkeslett;Dato;Timebok")
    assert taken(read) == TIMES[:1]


def test_a_name_that_two_books_have_stands_for_neither() -> None:
    twins = (KnownBook("a", "Koronatest"), KnownBook("b", "Koronatest"))
    (problem,) = refused(csv_of("Koronatest,2021-05-10,08:30,5,3"), twins)
    assert "no book 'Koronatest'" in problem


def test_every_problem_is_said_at_once_with_its_line() -> None:
    problems = refused(
        csv_of(
            "9999-1,2021-05-10,08:30,5,3",
            "9999-1,10.5.21,8:30,0,three",
            "9999-3,2021-05-10,08:30,5,3",
            "9999-1,2021-05-10,08:30,5,1",
            "9999-1,2021-05-10",
            "9999-1,2021-03-28,02:30,5,3",
            "9999-1,2021-10-31,02:30,5,3",
            ",2021-05-10,24:00,5,3",
            "9999-1,0001-01-01,00:00,5,3",
        )
    )
    assert problems == [
        "timer.csv, line 3: expected a date like 2021-05-10, got '10.5.21'",
        "timer.csv, line 3: expected 1 to 1440 minutes, got '0'",
        "timer.csv, line 3: expected 1 to 1000 places, got 'three'",
        "timer.csv, line 4: no book '9999-3'; did you mean 9999-2?",
        "timer.csv, line 5: 2021-05-10T08:30 stands there twice for 9999-1",
        "timer.csv, line 6: 2 fields, but the heading has 5",
        "timer.csv, line 7: the clocks change: no such time, or two",
        "timer.csv, line 8: the clocks change: no such time, or two",
        "timer.csv, line 9: expected a time like 08:30, got '24:00'",
        "timer.csv, line 9: the book is missing",
        "timer.csv, line 10: expected a date like 2021-05-10, got '0001-01-01'",
    ]


def test_headings_that_are_wrong_are_all_said() -> None:
    problems = refused(csv_of("x", heading="timebok;dato;dato;minuter"))
    assert [one.split(": ", 1)[1] for one in problems] == [
        "the column 'dato' stands there twice",
        "the column 'dato' stands there twice",
        "unknown column 'minuter'; did you mean minutter?",
        "the column 'start' is missing",
        "the column 'minutes' is missing",
        "the column 'places' is missing",
    ]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "the file is empty"),
        (b"book,date,start,minutes,places\n", "no free times"),
        (b"x" * (MAX_BYTES + 1), "the file is too large"),
        (b"PK\x03\x04\0\0", "not a text file"),  # an .xlsx
        (b'book,date,start,minutes,places\n"a', "not CSV"),
    ],
)
def test_a_file_without_times_is_refused(content: bytes, what: str) -> None:
    assert any(what in one for one in refused(read_csv(content, "timer.csv")))


def test_a_time_of_another_length_than_the_books_appointments_is_refused() -> None:
    book = KnownBook("9999-1", "Vaksine covid19", minutes=10)
    (problem,) = refused(csv_of("9999-1,2021-05-10,08:30,5,3"), (book,))
    assert "5 minutes, but the appointments of 9999-1 last 10" in problem


def test_problems_are_said_in_bokmaal_too() -> None:
    problems = taken_in(csv_of("9999-1,x,08:30,5,3"), BOOKS)
    assert isinstance(problems[0], SlotProblem)
    assert problems[0].said("nb") == "timer.csv, linje 2: ventet en dato som 10.05.2021, fikk 'x'"


def slot(**fields: Any) -> dict[str, Any]:
    known = {
        "resourceType": "Slot", "id": "1", "schedule": {"reference": "Schedule/9999-1"}, "status": "free",
        "start": "2021-05-10T08:30:00+02:00", "end": "2021-05-10T08:35:00+02:00",
    }  # fmt: skip
    return known | fields


def publication(*slots: object, schedules: tuple[dict[str, Any], ...] = ()) -> dict[str, bytes]:
    known = [{"resourceType": "Schedule", "id": book.id} for book in BOOKS]
    outputs = [
        {"type": "Schedule", "url": "https://example.org/data/a.ndjson"},
        {"type": "Slot", "url": "https://example.org/data/b.ndjson?v=1"},
    ]
    return {
        "manifest.json": json.dumps({"transactionTime": "2021-05-01T00:00:00Z", "output": outputs}).encode(),
        "a.ndjson": "\n".join(json.dumps(one) for one in schedules or known).encode(),
        "b.ndjson": "\n".join(one if isinstance(one, str) else json.dumps(one) for one in slots).encode(),
    }


def test_alike_slots_are_one_time_with_so_many_places_and_busy_ones_are_left_out() -> None:
    capacity = [{"url": "https://example.org/other"}, {"url": CAPACITY, "valueInteger": 2}]
    read = read_publication(publication(slot(), slot(id="2", extension=capacity), "", slot(id="3", status="busy")))
    assert taken(read) == TIMES[:1]


def test_a_time_across_a_change_of_the_clocks_is_as_long_as_it_lasts() -> None:
    one = slot(start="2021-10-31T01:30:00+02:00", end="2021-10-31T02:30:00+01:00")
    (time,) = taken(read_publication(publication(one)))
    assert (time.start_text, time.minutes) == ("2021-10-31T01:30", 120)
    assert time.end.isoformat() == "2021-10-31T02:30:00+01:00"


def test_a_start_in_another_zone_is_the_same_time() -> None:
    one = slot(start="2021-05-10T06:30:00Z", end="2021-05-10T01:35:00-05", extension=[])
    (time,) = taken(read_publication(publication(one)))
    assert (time.start_text, time.minutes, time.places) == ("2021-05-10T08:30", 5, 1)


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        ({"schedule": {"reference": "Schedule/none"}}, "schedule.reference"),
        ({"schedule": "Schedule/9999-1"}, "schedule.reference"),
        ({"status": "open"}, "status"),
        ({"start": "2021-05-10T08:30:00"}, "start"),
        ({"start": "2021-05-10T08:30:01+02:00"}, "start"),
        ({"start": 5}, "start"),
        ({"start": "0001-01-01T00:00:00+02:00"}, "start"),
        ({"start": "9999-12-31T23:59:00-02:00"}, "start"),
        ({"start": "2021-10-31T02:30:00+02:00", "end": "2021-10-31T02:35:00+02:00"}, "start"),
        ({"start": "2021-10-31T02:30:00+01:00", "end": "2021-10-31T02:35:00+01:00"}, "start"),
        ({"end": "2021-05-10T08:30:00+02:00"}, "end"),
        ({"end": "2021-05-12T08:30:00+02:00"}, "end"),
        ({"extension": [{"url": CAPACITY, "valueInteger": 0}]}, "slot-capacity"),
        ({"extension": [{"url": CAPACITY, "valueInteger": True}]}, "slot-capacity"),
        ({"extension": {}}, "slot-capacity"),
    ],
)
def test_a_slot_that_does_not_fit_is_refused_with_its_line_and_key(fault: dict[str, Any], key: str) -> None:
    problems = refused(read_publication(publication(slot(), slot(**fault))))
    assert f"b.ndjson, line 2: {key} is missing or not as it should be" in problems


def test_every_problem_of_a_publication_is_said_at_once() -> None:
    files = publication("{", slot(resourceType="Schedule"), slot(status=None))
    outputs = [
        *json.loads(files["manifest.json"])["output"],
        {"type": "Slot", "url": "gone.ndjson"},
        {"type": "Patient"},
    ]
    problems = refused(read_publication(files | {"manifest.json": json.dumps({"output": outputs}).encode()}))
    assert problems == [
        "b.ndjson, line 1: not a Slot in JSON",
        "b.ndjson, line 2: not a Slot in JSON",
        "b.ndjson, line 3: status is missing or not as it should be",
        "manifest.json: the file gone.ndjson is missing",
        "manifest.json: output.type, output.url is missing or not as it should be",
    ]


def test_more_places_than_anybody_has_are_refused_even_in_small_portions() -> None:
    half = [{"url": CAPACITY, "valueInteger": MAX_PLACES}]
    problems = refused(read_publication(publication(slot(extension=half), slot(extension=half))))
    assert problems == [f"b.ndjson, line 1: more than {MAX_PLACES} places"]


def test_a_schedule_that_is_no_book_of_ours_is_refused() -> None:
    other = {"resourceType": "Schedule", "id": "9998-1"}
    (problem,) = refused(
        read_publication(publication(slot(schedule={"reference": "Schedule/9998-1"}), schedules=(other,)))
    )
    assert "no book '9998-1'" in problem


def test_without_one_manifest_nothing_is_read() -> None:
    files = publication(slot())
    assert "expected one manifest" in refused(read_publication({"b.ndjson": files["b.ndjson"]}))[0]
    assert "expected one manifest" in refused(read_publication(files | {MANIFEST: b"{}"}))[0]


def test_a_publication_has_the_specifications_names() -> None:
    files = published(BOOKS, TIMES, municipality="Beste kommune", address="https://example.org/timer", now=NOW)
    manifest = json.loads(files[MANIFEST])
    assert manifest["request"] == "https://example.org/timer/$bulk-publish"
    assert manifest["transactionTime"] == "2021-05-01T06:00:00Z"
    assert [one["type"] for one in manifest["output"]] == ["Location", "Schedule", "Slot"]
    assert {one["url"].rsplit("/", 1)[-1] for one in manifest["output"]} == set(files) - {MANIFEST}
    schedule, other = (json.loads(line) for line in files["schedules.ndjson"].splitlines())
    assert schedule["actor"][0]["reference"] == "Location/municipality"
    assert [one["code"] for one in schedule["serviceType"][0]["coding"]] == ["57", "covid19-immunization"]
    assert "serviceType" not in other
    first = json.loads(files["slots.ndjson"].splitlines()[0])
    assert first["start"] == "2021-05-10T08:30:00+02:00"
    assert first["end"] == "2021-05-10T08:35:00+02:00"
    assert first["extension"] == [{"url": CAPACITY, "valueInteger": 3}]
    assert len(first["id"]) <= 64
