# pyright: reportUnknownMemberType=false
"""The drawing of a wave: one strip under the other over the same clock, each with its own name and scale."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator

from reports.charts import BLUE, FONT_PT, ORANGE, PINK, TEXT, Clock, blank_figure, plain, written


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """One row: `values` for each step from its beginning; `top` is the end of its scale.

    `level` draws a stock, full at first, as a line through its value at the end of each step; otherwise `values` are
    how many came in each step, as bars. `bad` is hatched, so that it is not told by colour alone.
    """

    label: str
    note: str
    values: Sequence[float]
    top: float
    level: bool = False
    bad: bool = False


def wave(strips: Sequence[Strip], minutes: Sequence[float], clock: Clock, write: Callable[[float], str]) -> Figure:
    """Draw the strips; `minutes` are the beginnings of the steps and the end of the last one."""
    figure = blank_figure(0.5 + 0.85 * len(strips))
    axes: Axes | None = None
    for k, strip in enumerate(strips):
        axes = figure.add_subplot(len(strips), 1, k + 1, sharex=axes)
        _draw(axes, minutes, strip)
        axes.set_title(strip.label, loc="left", fontsize=FONT_PT, color=TEXT, fontweight="bold", pad=3)
        axes.set_title(strip.note, loc="right", fontsize=FONT_PT, color=TEXT, pad=3)
        plain(axes, grid=True)
        axes.set_ylim(0, 1.1 * max(1.0, strip.top))
        axes.yaxis.set_major_locator(MaxNLocator(2, integer=True))
        axes.yaxis.set_major_formatter(written(write))
        axes.set_xlim(minutes[0], minutes[-1])
        axes.xaxis.set_major_locator(FixedLocator(list(clock.ticks)))
        axes.xaxis.set_major_formatter(written(clock.write))
        axes.tick_params(labelbottom=k == len(strips) - 1)
    if axes:
        axes.set_xlabel(clock.label, fontsize=FONT_PT, color=TEXT, loc="left")
    return figure


def _draw(axes: Axes, minutes: Sequence[float], strip: Strip) -> None:
    if strip.level:
        axes.plot(minutes, [strip.top, *strip.values], color=PINK, linewidth=1.8)
        return
    some = [k for k, value in enumerate(strip.values) if value]
    axes.bar(
        [minutes[k] for k in some],
        [strip.values[k] for k in some],
        width=minutes[1] - minutes[0],
        align="edge",
        facecolor="white" if strip.bad else BLUE,
        edgecolor=ORANGE if strip.bad else BLUE,
        hatch="//////" if strip.bad else None,
        linewidth=1.2 if strip.bad else 0.4,
    )
