"""Figures that somebody writes down as the day goes: a CSV with a line for each stretch of time."""

import csv
import datetime as dt
from pathlib import Path

from loadtests.pacing.figures import FiguresRefused, Stretch, Stretches, stretch_of
from loadtests.pacing.steering import Silence
from scenarios.policies.feedback import Observation


class CsvFigures:
    """A file with the heading `from;until;decided;rejected;response_time_p95_s`, read again at every look.

    The last two may be left out where the policy does not ask for them. While somebody is in the middle of writing, a
    file may make no sense: what was known before stands, and the silence says what was wrong.
    """

    def __init__(self, path: Path, zone: dt.tzinfo) -> None:
        self._path, self._zone = path, zone
        self._stretches, self._trouble = Stretches(), ""

    def look(self, now: dt.datetime) -> None:
        """See `Figures`."""
        try:
            self._stretches.add(read_stretches(self._path, self._zone, now), now)
            self._trouble = ""
        except (OSError, FiguresRefused) as problem:
            self._trouble = str(problem)

    def between(self, begins: dt.datetime, ends: dt.datetime, first: dt.datetime) -> Observation | Silence:
        """See `Figures`."""
        return self._stretches.between(begins, ends, first, source=str(self._path), trouble=self._trouble)

    def forget(self) -> None:
        """See `Figures`; the file is read again."""
        self._stretches.clear()


def read_stretches(path: Path, zone: dt.tzinfo, now: dt.datetime) -> list[Stretch]:
    """Read the file.

    Raises
    ------
    FiguresRefused
        A line makes no sense; the message says which and why.
    OSError
        It cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise FiguresRefused(f"{path}: not a text file in UTF-8. Save it as UTF-8") from None
    mark = ";" if lines and ";" in lines[0] else ","
    today = now.astimezone(zone).date()
    found: list[Stretch] = []
    for number, row in enumerate(csv.DictReader(lines, delimiter=mark), 2):
        try:
            found.append(stretch_of(row, zone, today))
        except FiguresRefused as problem:
            raise FiguresRefused(f"{path}: line {number}: {problem}") from None
    return found
