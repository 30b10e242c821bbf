"""The schedule as a table for other programs."""

import csv
from pathlib import Path

from reports.schedule_csv import excel_csv, plain_csv, write_schedule
from tests import a, a_result

LINES = a_result.lines(a_result.big(), a.batches_of(a.scenario()))


def test_plain_csv_reads_back_line_for_line() -> None:
    text = plain_csv(LINES)
    rows = list(csv.DictReader(text.splitlines()))
    assert [list(row.values()) for row in rows[:1]] == [["1", "2021-05-03", "09:07:00", "40", "40"]]
    assert [(int(row["sms"]), int(row["sms_sent"])) for row in rows] == [(line.count, line.sent) for line in LINES]
    assert text.count("\r\n") == len(LINES) + 1
    assert "\n" not in text.replace("\r\n", "")


def test_the_excel_dialect_has_semicolons_and_norwegian_words() -> None:
    rows = list(csv.DictReader(excel_csv(LINES).splitlines(), delimiter=";"))
    assert list(rows[0]) == ["Bolk", "Dato", "Klokkeslett", "Antall SMS", "Sum sendt"]
    assert list(rows[-1].values()) == ["50", "03.05.2021", "13:12", "40", "2000"]


def test_both_files_are_written_and_excel_finds_its_byte_order_mark(tmp_path: Path) -> None:
    plain, excel = write_schedule(a_result.recommended(runs=4), tmp_path)
    assert (plain.name, excel.name) == ("sendeplan.csv", "sendeplan.excel.csv")
    assert plain.read_bytes().startswith(b"batch,date,clock")
    assert excel.read_bytes().startswith(b"\xef\xbb\xbfBolk;")


def test_an_answer_that_is_not_a_plan_leaves_no_files(tmp_path: Path) -> None:
    assert write_schedule(a_result.too_few(), tmp_path) == []
    assert list(tmp_path.iterdir()) == []
