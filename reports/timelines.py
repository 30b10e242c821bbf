"""The day, minute by minute: sent, opened, confirmed and rejected by the clock."""

import datetime as dt
import math
from collections.abc import Callable, Sequence
from typing import Final

from reports.blocks import Cell, Picture, Section, Table, number, text
from reports.cases import Case, cases_of, first_sms
from reports.charts import Clock, Line, Panel, day
from reports.language import Language
from reports.svg import inline_svg
from scenarios.course import Timeline
from scenarios.result import Result

_CURVES: Final = ("sent", "opened", "confirmed", "rejected")
_MOST_STEPS: Final = 180
_ROWS: Final = 12
_TICKS_MIN: Final = (1, 2, 5, 10, 15, 30, 60, 120, 240, 720, 1440)
_MOST_TICKS: Final = 7
_SETTLED: Final = 0.98
_LONGEST_S: Final = 12 * 3600.0  # a drawing of more than a working day hides the morning


def the_day(result: Result, language: Language) -> Section | None:
    """Show how the day goes after the advice and when everybody gets the SMS at once; None without timelines."""
    cases = [case for case in cases_of(result, language) if case.timeline and list(case.roles) != ["own_rule"]]
    timelines = [case.timeline for case in cases if case.timeline]
    if not timelines:
        return None
    start = first_sms(result, cases[0].policy)
    end_s = max(settled_s(one) for one in timelines)
    minutes = steps(end_s)
    title = " ".join(_half_confirmed(case, start, language) for case in cases)
    panels = [
        Panel(
            title=case.label,
            lines=[
                Line(label=language.text(f"day.{name}"), values=at_minutes(one, name, minutes), colour=colour)
                for colour, name in enumerate(_CURVES)
            ],
        )
        for case, one in zip(cases, timelines, strict=True)
    ]
    figure = day(panels, minutes, clock_axis(start, minutes, language), language.notation.number)
    what = language.text("day.what")
    picture = Picture(
        svg=inline_svg(figure, "day", title, language.text("figure.description", finding=title, what=what)),
        title=title,
        caption=language.text("day.caption", until=clock_writer(start, language)(minutes[-1])),
        table=_table(cases, timelines, start, minutes, language),
    )
    return Section(id="day", title=language.text("day.title"), blocks=[picture])


def settled_s(timeline: Timeline) -> float:
    """Say when nearly all has happened: every curve at 98 % of its end, or 12 hours and every SMS sent."""
    ends_s = [(_reached(getattr(timeline, name), _SETTLED) + 1) * timeline.step_s for name in _CURVES]
    return max(ends_s[0], min(_LONGEST_S, max(ends_s)))


def _reached(counts: Sequence[int], share: float) -> int:
    return next((k for k, count in enumerate(counts) if count >= share * counts[-1]), 0)


def steps(end_s: float) -> list[float]:
    """Divide the time to `end_s` into whole minutes, or into parts of one where it is short: minutes from the start."""
    wanted = end_s / 60 / _MOST_STEPS
    step = next((one for one in (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30) if one >= wanted), math.ceil(wanted))
    return [k * step for k in range(math.ceil(end_s / 60 / step) + 1)]


def at_minutes(timeline: Timeline, name: str, minutes: Sequence[float]) -> list[float]:
    """Read one curve at some minutes after the start; after its last step it stays where it is."""
    counts: list[int] = getattr(timeline, name)
    ended = [math.floor(minute * 60 / timeline.step_s + 1e-9) for minute in minutes]
    return [float(counts[min(k, len(counts)) - 1]) if k and counts else 0.0 for k in ended]


def clock_writer(start: dt.datetime, language: Language) -> Callable[[float], str]:
    """Make a function from minutes after the first SMS to the time of day."""

    def write(minutes: float) -> str:
        moment = (start.astimezone(dt.UTC) + dt.timedelta(minutes=minutes)).astimezone(start.tzinfo)
        return language.notation.hour_minute(moment)

    return write


def clock_axis(start: dt.datetime, minutes: Sequence[float], language: Language) -> Clock:
    """Lay out a time axis with ticks at round times of day."""
    step = next((one for one in _TICKS_MIN if minutes[-1] / one <= _MOST_TICKS), _TICKS_MIN[-1])
    since_midnight = start.hour * 60 + start.minute + start.second / 60
    first = math.ceil(since_midnight / step) * step - since_midnight
    ticks = [first + k * step for k in range(int((minutes[-1] - first) // step) + 1)]
    return Clock(ticks=ticks, write=clock_writer(start, language), label=language.text("day.axis"))


def _half_confirmed(case: Case, start: dt.datetime, language: Language) -> str:
    timeline = case.timeline
    if timeline is None or not timeline.confirmed or not timeline.confirmed[-1]:
        return language.text("day.nobody", case=case.label)
    minutes = (_reached(timeline.confirmed, 0.5) + 1) * timeline.step_s / 60
    return language.text("day.half", case=case.label, clock=clock_writer(start, language)(minutes))


def _table(
    cases: Sequence[Case],
    timelines: Sequence[Timeline],
    start: dt.datetime,
    minutes: Sequence[float],
    language: Language,
) -> Table:
    every = max(1, len(minutes) // _ROWS)
    shown = list(dict.fromkeys([*minutes[::every], minutes[-1]]))
    heads = [f"{case.label}: {language.text(f'day.{name}')}" for case in cases for name in _CURVES]
    curves = [at_minutes(one, name, shown) for one in timelines for name in _CURVES]
    write = clock_writer(start, language)
    rows: list[list[Cell]] = [
        [text(write(minute)), *(number(language.notation.number(curve[k])) for curve in curves)]
        for k, minute in enumerate(shown)
    ]
    return Table(caption=language.text("day.table"), head=[language.text("day.axis"), *heads], rows=rows, aligned=True)
