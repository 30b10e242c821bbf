"""The schedule as tables for other programs and as a calendar."""

import csv
import datetime as dt
from pathlib import Path

from reports.language import LANGUAGES, language_of
from reports.schedule_calendar import schedule_calendar
from reports.schedule_csv import excel_csv, plain_csv
from reports.schedule_files import write_schedule
from tests import a, a_result

LINES = a_result.lines(a_result.big(), a.batches_of(a.scenario()))


def test_plain_csv_reads_back_line_for_line() -> None:
    text = plain_csv(LINES)
    rows = list(csv.DictReader(text.splitlines()))
    assert [list(row.values()) for row in rows[:1]] == [["1", "2021-05-03", "09:07:00", "40", "40", ""]]
    assert [(int(row["sms"]), int(row["sms_sent"])) for row in rows] == [(line.count, line.sent) for line in LINES]
    assert [row["wait_if_confirmed_below"] for row in rows[1:]] == [str(line.wait_below) for line in LINES[1:]]
    assert text.count("\r\n") == len(LINES) + 1
    assert "\n" not in text.replace("\r\n", "")


def test_the_excel_dialect_has_semicolons_and_norwegian_words() -> None:
    rows = list(csv.DictReader(excel_csv(LINES).splitlines(), delimiter=";"))
    columns = ["Bolk", "Dato", "Klokkeslett", "Antall SMS", "Sum sendt", "Vent hvis færre har fått time"]
    assert list(rows[0]) == columns
    assert list(rows[-1].values()) == ["50", "03.05.2021", "13:12", "40", "2000", "1960"]


def events_in(text: str) -> list[dict[str, str]]:
    """The events of a calendar by the rules of RFC 5545; what stands in an alarm has its name in front."""
    lines = text.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")
    opened, found = list[str](), list[dict[str, str]]()
    for line in lines:
        name, _, value = line.partition(":")
        match name:
            case "BEGIN":
                opened.append(value)
                found += [{}] if value == "VEVENT" else []
            case "END":
                assert opened.pop() == value
            case _ if "VEVENT" in opened:
                found[-1][name if opened[-1] == "VEVENT" else f"{opened[-1]}.{name}"] = value
            case _:
                assert opened == ["VCALENDAR"]
    assert opened == []
    return found


def test_the_calendar_has_every_batch_at_its_moment_with_a_reminder_and_the_stop_rule() -> None:
    text = schedule_calendar(a_result.recommended(runs=4), LINES, language_of("nb"))
    events = events_in(text)
    starts = [dt.datetime.fromisoformat(line.at).astimezone(dt.UTC) for line in LINES]
    assert [one["DTSTART"] for one in events] == [f"{start:%Y%m%dT%H%M%SZ}" for start in starts]
    assert all(one["DTEND"] > one["DTSTART"] for one in events)
    assert events[1]["SUMMARY"] == "Bolk 2 av 50: 40 SMS"
    assert "Vent hvis færre enn 40 har fått bekreftet time" in events[1]["DESCRIPTION"]
    assert "Vent" not in events[0]["DESCRIPTION"]
    assert {(one["VALARM.ACTION"], one["VALARM.TRIGGER"]) for one in events} == {("DISPLAY", "-PT5M")}
    assert "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_the_same_plan_has_the_same_ids_and_another_plan_has_others() -> None:
    result = a_result.recommended(runs=4)
    once, again = (events_in(schedule_calendar(result, LINES, language_of(code))) for code in LANGUAGES)
    ids = [one["UID"] for one in once]
    assert ids == [one["UID"] for one in again]
    assert len(set(ids)) == len(LINES)
    other = events_in(schedule_calendar(result, LINES[:-1], language_of("nb")))
    assert not {one["UID"] for one in other} & set(ids)


def test_all_files_are_written_and_excel_finds_its_byte_order_mark(tmp_path: Path) -> None:
    written = write_schedule(a_result.recommended(runs=4), tmp_path)
    names = ["sendeplan.csv", "sendeplan.excel.csv", "sendeplan.nb.ics", "sendeplan.en.ics"]
    assert [path.name for path in written] == names
    plain, excel, *_ = written
    assert plain.read_bytes().startswith(b"batch,date,clock")
    assert excel.read_bytes().startswith(b"\xef\xbb\xbfBolk;")


def test_an_answer_that_is_not_a_plan_leaves_no_files(tmp_path: Path) -> None:
    assert write_schedule(a_result.too_few(), tmp_path) == []
    assert list(tmp_path.iterdir()) == []
