"""Offered times as CSV: the plain dialect that programs write, and what a Norwegian Excel saves.

book,date,start,minutes,places          timebok;dato;kl;minutter;plasser
9999-1,2021-05-10,08:30,5,3             9999-1;10.05.2021;08.30;5;3
"""

import contextlib
import csv
import datetime as dt
import difflib
import io
import re
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from reference_server.address_register.offered_times import (
    MAX_BYTES,
    MAX_MINUTES,
    MAX_PLACES,
    YEARS,
    OfferedTime,
    Placed,
    SlotFile,
    SlotProblem,
    local_start,
)

COLUMNS: Final = ("book", "date", "start", "minutes", "places")
_NAMES: Final = {
    "book": "book", "timebok": "book", "schedule": "book",
    "date": "date", "dato": "date",
    "start": "start", "time": "start", "kl": "start", "kl.": "start", "klokkeslett": "start", "tidspunkt": "start",
    "minutes": "minutes", "minutter": "minutes", "varighet": "minutes",
    "places": "places", "plasser": "places", "antall": "places",
}  # fmt: skip
_NORSK: Final = {"book": "timebok", "date": "dato", "start": "kl", "minutes": "minutter", "places": "plasser"}
_DATE: Final = re.compile(
    r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)|(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})", re.ASCII
)
_COUNT: Final = re.compile(r"\d{1,5}", re.ASCII)
_CLOCK: Final = re.compile(r"(\d{1,2})[:.](\d\d)(?:[:.]00)?", re.ASCII)


Refusals: TypeAlias = list[tuple[str, str]]


def read_csv(content: bytes, label: str) -> SlotFile:
    """Everything in a file, and everything wrong with it; columns in any order, headings in either language."""
    if len(content) > MAX_BYTES:
        return _refused(label, None, "filen er for stor", "the file is too large")
    text = _decoded(content)
    if text is None or "\0" in text:
        return _refused(label, None, "ikke en tekstfil", "not a text file")
    lines = text.splitlines()
    # Excel itself may put its separator into a line of its own.
    skipped = 1 if lines and re.fullmatch(r"sep=.", lines[0]) else 0
    heading = lines[skipped] if len(lines) > skipped else ""
    separator = max(";,\t", key=heading.count)
    rows = csv.reader(io.StringIO("\n".join(lines[skipped:]), newline=""), delimiter=separator, strict=True)
    try:
        numbered = [(rows.line_num + skipped, row) for row in rows]
    except csv.Error as refusal:
        line = rows.line_num + skipped
        return _refused(label, line, f"ikke CSV ({refusal})", f"not CSV ({refusal})")
    return _read(numbered, label)


def written_csv(times: Sequence[OfferedTime], *, excel: bool = False) -> str:
    """Offered times in the plain dialect, or as a Norwegian Excel writes them (without its byte order mark)."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";" if excel else ",", lineterminator="\r\n" if excel else "\n")
    writer.writerow([_NORSK[name] for name in COLUMNS] if excel else COLUMNS)
    date, clock = ("%d.%m.%Y", "%H.%M") if excel else ("%Y-%m-%d", "%H:%M")
    for one in times:
        writer.writerow([one.book, one.start.strftime(date), one.start.strftime(clock), one.minutes, one.places])
    return text.getvalue()


def _decoded(content: bytes) -> str | None:
    for encoding in ("utf-8-sig", "cp1252"):  # older Excels save Windows' own encoding
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _read(rows: list[tuple[int, list[str]]], label: str) -> SlotFile:
    if not rows:
        return _refused(label, None, "filen er tom", "the file is empty")
    (line, heading), *body = rows
    columns = [_NAMES.get(cell.strip().casefold()) for cell in heading]
    problems = [SlotProblem(label, line, *said) for said in _heading_problems(heading, columns)]
    if problems:
        return SlotFile((), tuple(problems))
    placed: list[Placed] = []
    for number, row in body:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(columns):
            nb = f"{len(row)} felt, men overskriften har {len(columns)}"
            en = f"{len(row)} fields, but the heading has {len(columns)}"
            problems.append(SlotProblem(label, number, nb, en))
            continue
        cells = {name or "": cell.strip() for name, cell in zip(columns, row, strict=True)}
        time = _time(cells)
        if isinstance(time, OfferedTime):
            placed.append(Placed(time, label, number))
        else:
            problems += [SlotProblem(label, number, *said) for said in time]
    return SlotFile(tuple(placed), tuple(problems))


def _heading_problems(heading: list[str], columns: list[str | None]) -> Iterator[tuple[str, str]]:
    for cell, name in zip(heading, columns, strict=True):
        if name is None:
            close = difflib.get_close_matches(cell.strip().casefold(), _NAMES, n=1)
            hint = (f"; mente du {close[0]}?", f"; did you mean {close[0]}?") if close else ("", "")
            yield f"ukjent kolonne {cell!r}{hint[0]}", f"unknown column {cell!r}{hint[1]}"
        elif columns.count(name) > 1:
            yield f"kolonnen {cell!r} står to ganger", f"the column {cell!r} stands there twice"
    for name in COLUMNS:
        if name not in columns:
            yield f"kolonnen {_NORSK[name]!r} mangler", f"the column {name!r} is missing"


def _time(cells: dict[str, str]) -> OfferedTime | Refusals:
    refusals: Refusals = []
    date, clock = _date(cells["date"], refusals), _clock(cells["start"], refusals)
    minutes = _count(cells["minutes"], MAX_MINUTES, ("minutter", "minutes"), refusals)
    places = _count(cells["places"], MAX_PLACES, ("plasser", "places"), refusals)
    if not cells["book"]:
        refusals.append(("timeboken mangler", "the book is missing"))
    start = None if date is None or clock is None else local_start(date, clock)
    if date is not None and clock is not None and start is None:
        refusals.append(
            ("klokken stilles: tidspunktet finnes ikke, eller to ganger", "the clocks change: no such time, or two")
        )
    if refusals or not (start and minutes and places):
        return refusals
    return OfferedTime(book=cells["book"], start=start, minutes=minutes, places=places)


def _date(cell: str, refusals: Refusals) -> dt.date | None:
    match = _DATE.fullmatch(cell)
    if match:
        year, month, day = match["y"] or match["year"], match["m"] or match["month"], match["d"] or match["day"]
        with contextlib.suppress(ValueError):
            date = dt.date(int(year), int(month), int(day))
            if date.year in YEARS:
                return date
    refusals.append((f"ventet en dato som 10.05.2021, fikk {cell!r}", f"expected a date like 2021-05-10, got {cell!r}"))
    return None


def _clock(cell: str, refusals: Refusals) -> dt.time | None:
    match = _CLOCK.fullmatch(cell)
    if match and int(match[1]) < 24 and int(match[2]) < 60:
        return dt.time(int(match[1]), int(match[2]))
    refusals.append((f"ventet et klokkeslett som 08.30, fikk {cell!r}", f"expected a time like 08:30, got {cell!r}"))
    return None


def _count(cell: str, most: int, of: tuple[str, str], refusals: Refusals) -> int | None:
    if _COUNT.fullmatch(cell) and 1 <= int(cell) <= most:
        return int(cell)
    nb, en = f"ventet 1 til {most} {of[0]}, fikk {cell!r}", f"expected 1 to {most} {of[1]}, got {cell!r}"
    refusals.append((nb, en))
    return None


def _refused(label: str, line: int | None, nb: str, en: str) -> SlotFile:
    return SlotFile((), (SlotProblem(label, line, nb, en),))
