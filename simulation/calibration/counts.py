"""What a municipality counted while it sent: SMS, pages opened and appointments booked, in equal steps of time.

at,sent,opened,booked                   tid;sendt;åpnet;bestilt
2021-04-28 09:00,500,0,0                28.04.2021 09.00;500;0;0

Counts and nothing else: a column that says who is refused. A step that is not in the file is one in which nothing was
counted, which is how such a list comes out of a log.
"""

import csv
import datetime as dt
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from scenarios.plan import IntArray
from scenarios.streams import FloatArray

MAX_BYTES: Final = 2_000_000
MAX_STEPS: Final = 5_000
"""Three days and a half, minute by minute."""
MOST_SHOWN: Final = 5

_NAMES: Final = {
    "at": "at", "time": "at", "tid": "at", "tidspunkt": "at", "minute": "at", "minutt": "at", "kl": "at",
    "sent": "sent", "sendt": "sent",
    "opened": "opened", "åpnet": "opened", "apnet": "opened",
    "booked": "booked", "bestilt": "booked",
}  # fmt: skip
_NEEDED: Final = ("at", "sent", "opened")
_MOMENT: Final = re.compile(
    r"(?:(?:(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)|(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4}))[ T])?"
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?:[:.]00)?",
    re.ASCII,
)
_COUNT: Final = re.compile(r"\d{1,7}", re.ASCII)
_SOME_DAY: Final = dt.date(2000, 1, 1)  # where the file has clock times alone


class CountsRefused(ValueError):
    """A file is not a list of counts; the message says everything that is wrong, line by line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """So many in each step of time.

    `first` is when the first step begins, by the local clock; the arrays are (M,) whole numbers, one a step.
    `booked` is None where the file does not say.
    """

    first: dt.datetime
    step_s: float
    sent: IntArray
    opened: IntArray
    booked: IntArray | None

    @property
    def edges_s(self) -> FloatArray:
        """(M + 1,) where the steps begin and end, in seconds from the first of them."""
        return np.arange(len(self.sent) + 1, dtype=np.float64) * self.step_s


def read_counts(path: Path) -> Counts:
    """Read a list of counts.

    Raises
    ------
    CountsRefused
        It is not one.
    OSError
        It cannot be read.
    """
    if path.stat().st_size > MAX_BYTES:
        raise CountsRefused(f"{path.name}: larger than {MAX_BYTES // 1_000_000} MB; one line a minute is enough")
    return counts_of(path.read_bytes(), path.name)


def counts_of(content: bytes, label: str) -> Counts:
    """Read counts from the text of a file; `label` is what messages call it."""
    lines = _text_of(content, label).splitlines()
    if not lines:
        raise CountsRefused(f"{label}: empty; its first line is: at,sent,opened,booked")
    columns, separator = _columns(lines[0], label)
    rows: dict[dt.datetime, tuple[int, ...]] = {}
    problems: list[str] = []
    for number, cells in enumerate(csv.reader(io.StringIO("\n".join(lines[1:])), delimiter=separator), 2):
        if not any(cell.strip() for cell in cells):
            continue
        row = _row(cells, columns)
        if isinstance(row, str):
            problems.append(f"line {number}: {row}")
        elif row[0] in rows:
            problems.append(f"line {number}: {row[0]:%H:%M} stands twice")
        else:
            rows[row[0]] = row[1]
    if problems:
        more = [f"and {len(problems) - MOST_SHOWN} more"] if len(problems) > MOST_SHOWN else []
        raise CountsRefused("\n  ".join([f"{label}:", *problems[:MOST_SHOWN], *more]))
    return _in_steps(rows, columns, label)


def _text_of(content: bytes, label: str) -> str:
    for encoding in ("utf-8-sig", "cp1252"):  # older Excels save Windows' own encoding
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CountsRefused(f"{label}: not a text file")


def _columns(heading: str, label: str) -> tuple[list[str], str]:
    separator = max(";,\t", key=heading.count)
    given = [cell.strip().strip('"') for cell in heading.split(separator)]
    columns = [_NAMES.get(cell.casefold(), "") for cell in given]
    strange = [cell for cell, name in zip(given, columns, strict=True) if not name]
    if strange:
        raise CountsRefused(
            f"{label}: line 1: unknown column {strange[0]!r}. Counts alone are read: at, sent, opened and booked; "
            "leave out everything else, who it was most of all"
        )
    missing = [name for name in _NEEDED if name not in columns]
    if missing or len(set(columns)) < len(columns):
        raise CountsRefused(f"{label}: line 1: the columns are at, sent, opened and, if known, booked, once each")
    return columns, separator


def _row(cells: Sequence[str], columns: Sequence[str]) -> tuple[dt.datetime, tuple[int, ...]] | str:
    """When, and the counts in the order sent, opened, booked; or what is wrong."""
    if len(cells) != len(columns):
        return f"{len(cells)} fields, but the heading has {len(columns)}"
    values = {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}
    found = _MOMENT.fullmatch(values.pop("at"))
    at = None if found is None else _moment(found)
    if at is None:
        return "at is written 2021-04-28 09:00, 28.04.2021 09.00 or 09:00"
    for name, value in values.items():
        if not _COUNT.fullmatch(value):
            return f"{name} is a whole number, not {value!r}"
    return at, tuple(int(values[name]) for name in ("sent", "opened", "booked") if name in values)


def _moment(found: re.Match[str]) -> dt.datetime | None:
    parts = found.groupdict()
    try:
        day = _SOME_DAY
        if parts["y"]:
            day = dt.date(int(parts["y"]), int(parts["m"]), int(parts["d"]))
        elif parts["year"]:
            day = dt.date(int(parts["year"]), int(parts["month"]), int(parts["day"]))
        return dt.datetime.combine(day, dt.time(int(parts["hour"]), int(parts["minute"])))
    except ValueError:
        return None


def _in_steps(rows: dict[dt.datetime, tuple[int, ...]], columns: Sequence[str], label: str) -> Counts:
    """Put the rows where they belong in equal steps, as long as the shortest distance between two of them."""
    moments = sorted(rows)
    if len(moments) < 2:
        raise CountsRefused(f"{label}: two steps of time at least")
    first = moments[0]
    offsets = [round((at - first).total_seconds()) for at in moments]
    step_s = math.gcd(*offsets)
    steps = offsets[-1] // step_s + 1
    if steps > MAX_STEPS:
        raise CountsRefused(f"{label}: {steps} steps of {step_s} s; {MAX_STEPS} at most. Count over longer steps")
    table = np.zeros((3, steps), np.int64)
    for at, offset in zip(moments, offsets, strict=True):
        table[: len(rows[at]), offset // step_s] = rows[at]
    sent, opened, booked = table
    if opened.sum() > sent.sum():
        raise CountsRefused(f"{label}: {opened.sum()} opened, and {sent.sum()} SMS sent: count each citizen once")
    return Counts(
        first=first, step_s=float(step_s), sent=sent, opened=opened, booked=booked if "booked" in columns else None
    )
