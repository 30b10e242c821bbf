"""The wave: how many SMS, visits, tries, confirmations and rejections in each short while, and what is left."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from reports.blocks import Cell, Picture, Section, Table, number, text
from reports.cases import cases_of, first_sms, scenario_of
from reports.language import Language
from reports.svg import inline_svg
from reports.timelines import clock_axis, clock_writer, settled_s
from reports.wave_chart import Strip, wave
from scenarios.course import Timeline
from scenarios.inventory import total_capacity
from scenarios.result import Result

_FLOWS: Final = ("sent", "opened", "tried", "confirmed", "rejected")
_MOST_STEPS: Final = 90
_ROWS: Final = 14
_WHOLE: Final = 6  # steps of 10 seconds make a minute


@dataclass(frozen=True, slots=True, kw_only=True)
class _Steps:
    """A timeline cut into equal steps: how many in each, and how many places are not confirmed at its end."""

    length_s: float
    counts: dict[str, list[int]]
    free: list[int]

    @property
    def minutes(self) -> list[float]:
        """The beginning of each step and the end of the last."""
        return [k * self.length_s / 60 for k in range(len(self.free) + 1)]

    def joined(self, size: int) -> "_Steps":
        """Put `size` steps together into one."""
        counts = {name: [sum(one[k : k + size]) for k in range(0, len(one), size)] for name, one in self.counts.items()}
        free = [self.free[min(k + size, len(self.free)) - 1] for k in range(0, len(self.free), size)]
        return _Steps(length_s=self.length_s * size, counts=counts, free=free)


def the_wave(result: Result, language: Language) -> Section | None:
    """Show the first run of one policy as a wave; None where the result does not say when people tried."""
    cases = cases_of(result, language)
    timeline = cases[0].timeline if cases else None
    if timeline is None or not timeline.tried or not timeline.tried[-1]:
        return None
    start = first_sms(result, cases[0].policy)
    capacity = total_capacity(scenario_of(result))
    steps = _cut(timeline, capacity)
    title = _finding(steps, start, language)
    clock = clock_axis(start, steps.minutes, language)
    figure = wave(_strips(steps, capacity, start, language), steps.minutes, clock, language.notation.number)
    what = language.text("wave.what")
    picture = Picture(
        svg=inline_svg(figure, "wave", title, language.text("figure.description", finding=title, what=what)),
        title=title,
        caption=language.text("wave.caption", length=language.notation.duration(steps.length_s)),
        table=_table(steps.joined(math.ceil(len(steps.free) / _ROWS)), start, language),
    )
    return Section(id="wave", title=language.text("wave.title"), blocks=[picture])


def _cut(timeline: Timeline, capacity: int) -> _Steps:
    """Cut at whole steps of the timeline, up to when nearly all has happened."""
    known = min(len(timeline.sent), math.ceil(settled_s(timeline) / timeline.step_s))
    cumulative: dict[str, list[int]] = {name: getattr(timeline, name)[:known] for name in _FLOWS}
    counts = {name: [b - a for a, b in zip([0, *one], one, strict=False)] for name, one in cumulative.items()}
    cancelled = timeline.cancelled[:known] or [0] * known
    free = [capacity - got + back for got, back in zip(cumulative["confirmed"], cancelled, strict=True)]
    return _Steps(length_s=timeline.step_s, counts=counts, free=free).joined(_size(known, timeline.step_s))


def _size(known: int, step_s: float) -> int:
    """How many steps make one of the picture: few enough to see, and whole minutes where steps allow it."""
    least = math.ceil(known / _MOST_STEPS)
    return next((size for size in range(least, least + _WHOLE) if size * step_s % 60 == 0), least)


def _strips(steps: _Steps, capacity: int, start: dt.datetime, language: Language) -> list[Strip]:
    """People share one scale; SMS and places have their own."""
    people = max(max(steps.counts[name]) for name in _FLOWS if name != "sent")
    strips = [
        Strip(
            label=language.text(f"wave.{name}"),
            note=_most(steps, name, start, language),
            values=steps.counts[name],
            top=max(steps.counts[name]) if name == "sent" else people,
            bad=name == "rejected",
        )
        for name in _FLOWS
    ]
    until = _clock(steps, len(steps.free), start, language)
    left = language.text("wave.left", free=steps.free[-1], capacity=capacity, clock=until)
    return [*strips, Strip(label=language.text("wave.free"), note=left, values=steps.free, top=capacity, level=True)]


def _most(steps: _Steps, name: str, start: dt.datetime, language: Language) -> str:
    counts = steps.counts[name]
    if not any(counts):
        return language.text("wave.none")
    return language.text("wave.most", most=max(counts), clock=_clock(steps, counts.index(max(counts)), start, language))


def _clock(steps: _Steps, step: int, start: dt.datetime, language: Language) -> str:
    return clock_writer(start, language)(steps.minutes[step])


def _finding(steps: _Steps, start: dt.datetime, language: Language) -> str:
    tried = steps.counts["tried"]
    return language.text(
        "wave.finding",
        clock=_clock(steps, tried.index(max(tried)), start, language),
        most=max(tried),
        length=language.notation.duration(steps.length_s),
        until=_clock(steps, len(steps.free), start, language),
        confirmed=sum(steps.counts["confirmed"]),
        rejected=sum(steps.counts["rejected"]),
    )


def _table(steps: _Steps, start: dt.datetime, language: Language) -> Table:
    columns: list[Sequence[int]] = [*(steps.counts[name] for name in _FLOWS), steps.free]
    rows: list[list[Cell]] = [
        [text(_clock(steps, k, start, language)), *(number(language.notation.number(column[k])) for column in columns)]
        for k in range(len(steps.free))
    ]
    return Table(
        caption=language.text("wave.table", length=language.notation.duration(steps.length_s)),
        head=[language.text("wave.from"), *(language.text(f"wave.{name}") for name in (*_FLOWS, "free"))],
        rows=rows,
        aligned=True,
    )
