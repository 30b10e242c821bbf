# pyright: reportUnknownMemberType=false
"""The drawing of what the size of the batches does: a line for each pause, the sizes side by side along the axis."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports.charts import BLUE, COLOURS, DASHES, FONT_PT, MARKERS, PINK, TEXT, blank_figure, plain, written
from reports.trade_off_chart import AxisWords

MOST_LINES: Final = 4  # more cannot be told apart


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeLine:
    """One pause: the mean at each size that was run, and how it went in 8 of 10 runs where that is to be drawn."""

    label: str
    places: Sequence[int]
    means: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeMark:
    """A way of sending that is pointed out: the advice as a diamond, the own rule as a square."""

    place: int
    value: float
    label: str
    advice: bool


def size_lines(
    lines: Sequence[SizeLine],
    marks: Sequence[SizeMark],
    sizes: Sequence[str],
    limit: float | None,
    words: AxisWords,
    write: Callable[[float], str],
) -> Figure:
    """Draw the lines with the limit across; `sizes` name the places along the axis, the smallest first."""
    figure = blank_figure(3.8)
    axes = figure.add_subplot()
    for k, line in enumerate(lines):
        if line.low:
            axes.fill_between(line.places, line.low, line.high, color=COLOURS[k], alpha=0.15, linewidth=0)
        axes.plot(line.places, line.means, marker=MARKERS[k], color=COLOURS[k], linestyle=DASHES[k], linewidth=1.8,
                  markersize=5, label=line.label)  # fmt: skip
    highest = max([*(max((*one.means, *one.high)) for one in lines), *(one.value for one in marks), limit or 0, 1e-9])
    axes.set_ylim(0, 1.15 * highest)
    axes.set_xlim(-0.35, len(sizes) - 0.5)
    _mark(axes, marks)
    if limit is not None:
        axes.axhline(limit, color=PINK, linestyle=(0, (5, 3)), linewidth=1.4)
        axes.annotate(words.limit, (1, limit), xycoords=("axes fraction", "data"), xytext=(0, 4), ha="right",
                      textcoords="offset points", color=PINK, fontsize=FONT_PT)  # fmt: skip
    axes.set_xticks(range(len(sizes)), list(sizes))
    axes.yaxis.set_major_formatter(written(write))
    axes.set_xlabel(words.x, fontsize=FONT_PT, color=TEXT, loc="left")
    axes.set_title(words.y, loc="left", fontsize=FONT_PT, color=TEXT)
    axes.legend(frameon=False, fontsize=FONT_PT, labelcolor=TEXT, loc="upper left", handlelength=3)
    plain(axes, grid=True)
    return figure


def _mark(axes: Axes, marks: Sequence[SizeMark]) -> None:
    for mark in marks:
        shape = "D" if mark.advice else "s"
        axes.plot(mark.place, mark.value, shape, color=BLUE, mfc="white", mew=2, markersize=11, zorder=5)
        axes.annotate(mark.label, (mark.place, mark.value), xytext=(0, -18), textcoords="offset points", ha="center",
                      fontsize=FONT_PT, color=TEXT,
                      bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 0.6})  # fmt: skip
