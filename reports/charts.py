# pyright: reportUnknownMemberType=false
"""The drawings that several pages share, and what all drawings have in common: colours, size, frame.

Dark blue, orange, dark pink and turquoise keep 3:1 against white; nothing is told by colour alone: every line has its
own style, marker and label. Text is dark grey. Source of the palette: UK Government Analysis Function, "Data
visualisation: colours in charts" (2022).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from scenarios.streams import FloatArray

BLUE: Final = "#12436D"
ORANGE: Final = "#F46A25"
PINK: Final = "#801650"
TURQUOISE: Final = "#28A197"
TEXT: Final = "#3D3D3D"
GRID: Final = "#D9D9D9"
MOST_DOTS: Final = 50
_WIDTH_IN: Final = 6.2
FONT_PT: Final = 10.0  # points
_BINS: Final = (46, 60, 80, 100)
_TALLEST: Final = 10
DASHES: Final = ("-", (0, (6, 2)), (0, (2, 2)), (0, (8, 2, 2, 2)))
MARKERS: Final = ("o", "s", "^", "D")
COLOURS: Final = (BLUE, ORANGE, PINK, TURQUOISE)


@dataclass(frozen=True, slots=True, kw_only=True)
class DotRow:
    """The runs of one policy: a value each."""

    label: str
    values: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One curve of a panel; `dashed` sets a calculated line apart from a measured one of the same colour."""

    label: str
    values: Sequence[float]
    colour: int
    dashed: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One drawing of curves over the same clock."""

    title: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The time axis: where its ticks stand (minutes from the first SMS), how they read, and what it is called."""

    ticks: Sequence[float]
    write: Callable[[float], str]
    label: str


def dots_drawn(values: Sequence[float]) -> FloatArray:
    """Choose the dots that stand for the runs: each run, or fifty equally likely values where there are more."""
    ordered = np.sort(np.array(values, dtype=np.float64))
    if len(ordered) <= MOST_DOTS:
        return ordered
    return np.quantile(ordered, (np.arange(MOST_DOTS) + 0.5) / MOST_DOTS, method="inverted_cdf")


def dots(
    rows: Sequence[DotRow], limit: float | None, limit_label: str, axis_label: str, write: Callable[[float], str]
) -> Figure:
    """Draw every run as a dot, one row for each policy, with the limit across."""
    shown = [dots_drawn(row.values) for row in rows]
    right = max([1e-9, *(float(one.max()) for one in shown), limit or 0]) * 1.05
    bins = next((n for n in _BINS if max(_stacked(one, right / n)[1].max() for one in shown) < _TALLEST), _BINS[-1])
    heights = [_stacked(one, right / bins) for one in shown]
    tallest = [max(3.0, float(y.max())) + 0.8 for _, y in heights]
    inches = [most * _WIDTH_IN * 0.96 / bins for most in tallest]
    total = sum(inches) + 0.38 * len(rows) + 0.5
    figure = Figure(figsize=(_WIDTH_IN, total), facecolor="white")
    bottom = total
    for k, (row, (x, y)) in enumerate(zip(rows, heights, strict=True)):
        bottom -= inches[k] + 0.38
        axes = figure.add_axes((0.02, bottom / total, 0.96, inches[k] / total))
        _draw_dots(axes, x, y, limit, 340 / bins)
        axes.set_xlim(0, right)
        axes.set_ylim(0, tallest[k])
        axes.set_title(row.label, loc="left", fontsize=FONT_PT, color=TEXT, fontweight="bold")
        axes.yaxis.set_visible(False)
        axes.xaxis.set_major_formatter(written(write))
        plain(axes)
        if k < len(rows) - 1:
            axes.tick_params(labelbottom=False)
        else:
            axes.set_xlabel(axis_label, fontsize=FONT_PT, color=TEXT, loc="left")
        if limit is not None and k == 0:
            _label_limit(axes, limit, limit_label, on_left=limit > right * 0.6)
    return figure


def _draw_dots(axes: Axes, x: FloatArray, y: FloatArray, limit: float | None, size: float) -> None:
    beyond = x > limit if limit is not None else np.zeros(len(x), dtype=bool)
    axes.plot(x[~beyond], y[~beyond], "o", color=BLUE, markersize=size, clip_on=False)
    axes.plot(x[beyond], y[beyond], "o", color=ORANGE, markersize=size - 1, mew=1.8, mfc="white", clip_on=False)
    if limit is not None:
        axes.axvline(limit, color=PINK, linestyle=(0, (5, 3)), linewidth=1.4)


def _label_limit(axes: Axes, limit: float, label: str, *, on_left: bool) -> None:
    axes.annotate(
        label,
        (limit, 1),
        xycoords=("data", "axes fraction"),
        xytext=(-5 if on_left else 5, -2),
        textcoords="offset points",
        ha="right" if on_left else "left",
        va="top",
        color=PINK,
        fontsize=FONT_PT,
    )


def _stacked(values: FloatArray, width: float) -> tuple[FloatArray, FloatArray]:
    """Put each value in the middle of its bin, on top of those already there; order is kept within a bin."""
    index = np.floor(values / width)
    first = np.searchsorted(index, index, side="left")
    return (index + 0.5) * width, np.arange(len(values), dtype=np.float64) - first + 0.5


def day(panels: Sequence[Panel], minutes: Sequence[float], clock: Clock, write: Callable[[float], str]) -> Figure:
    """Draw counts over the clock, one panel under the other with the same axes."""
    figure = blank_figure(0.5 + 2.3 * len(panels))
    x = np.array(minutes, dtype=np.float64)
    axes: Axes | None = None
    for k, panel in enumerate(panels):
        axes = figure.add_subplot(len(panels), 1, k + 1, sharex=axes, sharey=axes)
        for line in panel.lines:
            _draw_line(axes, x, line)
        axes.set_title(panel.title, loc="left", fontsize=FONT_PT, color=TEXT, fontweight="bold")
        plain(axes, grid=True)
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.yaxis.set_major_formatter(written(write))
        axes.set_ylim(0, _top(panels))
        axes.set_xlim(float(x[0]), float(x[-1]))
        axes.xaxis.set_major_locator(FixedLocator(list(clock.ticks)))
        axes.xaxis.set_major_formatter(written(clock.write))
        axes.tick_params(labelbottom=k == len(panels) - 1)
        _label_ends(axes, x, panel)
    if axes:
        axes.set_xlabel(clock.label, fontsize=FONT_PT, color=TEXT, loc="left")
    return figure


def _top(panels: Sequence[Panel]) -> float:
    return 1.06 * max(1.0, *(float(max(line.values)) for panel in panels for line in panel.lines))


def _draw_line(axes: Axes, x: FloatArray, line: Line) -> None:
    style = DASHES[line.colour] if line.dashed is None else ((0, (4, 2)) if line.dashed else "-")
    axes.plot(
        x,
        line.values,
        drawstyle="steps-post",
        color=COLOURS[line.colour],
        linestyle=style,
        linewidth=1.8,
        marker="" if line.dashed else MARKERS[line.colour],
        markevery=max(1, len(x) // 7),
        markersize=5,
    )


def _label_ends(axes: Axes, x: FloatArray, panel: Panel) -> None:
    """Name each curve at its right end, moved apart where they meet."""
    gap, lowest = axes.get_ylim()[1] * 0.105, -np.inf
    for line in sorted(panel.lines, key=lambda one: one.values[-1]):
        if not line.label:
            continue
        lowest = max(float(line.values[-1]), lowest + gap)
        axes.annotate(
            line.label,
            (float(x[-1]), lowest),
            xytext=(7, 0),
            textcoords="offset points",
            va="center",
            fontsize=FONT_PT,
            color=COLOURS[line.colour] if COLOURS[line.colour] in (BLUE, PINK) else TEXT,
            annotation_clip=False,
        )


def written(write: Callable[[float], str]) -> FuncFormatter:
    """Write the ticks of an axis in the language of the report."""

    def tick(value: float, _: int) -> str:
        return write(value)

    return FuncFormatter(tick)


def blank_figure(height_in: float) -> Figure:
    """Make a figure as wide as every other."""
    return Figure(figsize=(_WIDTH_IN, height_in), layout="constrained", facecolor="white")


def plain(axes: Axes, *, grid: bool = False) -> None:
    """Leave of the frame only what is read."""
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(TEXT)
    axes.tick_params(colors=TEXT, labelsize=FONT_PT, length=3)
    if grid:
        axes.grid(axis="y", color=GRID, linewidth=0.8)
        axes.set_axisbelow(True)
        axes.tick_params(axis="y", length=0)
