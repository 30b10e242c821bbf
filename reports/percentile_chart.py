# pyright: reportUnknownMemberType=false
"""The percentile plot: how long the slowest took, on an axis where each further nine takes as much room as the last.

Gil Tene's HdrHistogram made this plot known: x is 1 / (1 - share) on a log axis, so that the slowest in a thousand is
as easy to see as the median.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

from reports.charts import BLUE, FONT_PT, ORANGE, TEXT, blank_figure, plain, written

_NINES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """Times at rising shares, on two clocks, of `count` samples; the last share is 1."""

    title: str
    count: int
    shares: Sequence[float]
    response_s: Sequence[float]
    service_s: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentileWords:
    """What stands in the plot."""

    response: str
    service: str
    share: str
    seconds: str
    write_share: Callable[[float], str]
    write_seconds: Callable[[float], str]


def percentiles(panels: Sequence[Curves], words: PercentileWords, columns: int = 1) -> Figure:
    """Draw the panels, so many beside each other; each has a scale of seconds of its own."""
    rows = -(-len(panels) // columns)
    figure = blank_figure(0.4 + (3.0 if columns == 1 else 1.9) * rows)
    for k, panel in enumerate(panels):
        axes = figure.add_subplot(rows, columns, k + 1)
        _draw(axes, panel)
        _scale(axes, panel, words, crowded=columns > 1)
        if k == 0:
            axes.legend([words.response, words.service], loc="upper left", fontsize=FONT_PT, frameon=False,
                        labelcolor=TEXT)  # fmt: skip
        if k >= len(panels) - columns:
            axes.set_xlabel(words.share, fontsize=FONT_PT, color=TEXT, loc="left")
    return figure


def _draw(axes: Axes, panel: Curves) -> None:
    x = [_x(share, panel.count) for share in panel.shares]
    axes.plot(x, panel.response_s, drawstyle="steps-post", color=BLUE, linewidth=2.4)
    axes.plot(x, panel.service_s, drawstyle="steps-post", color=ORANGE, linewidth=1.6, linestyle=(0, (4, 2)))


def _x(share: float, count: int) -> float:
    """The slowest of all stands where one in `count` is."""
    return min(1 / (1 - share), float(count)) if share < 1 else float(count)


def _scale(axes: Axes, panel: Curves, words: PercentileWords, *, crowded: bool) -> None:
    axes.set_title(f"{panel.title} ({words.seconds})", loc="left", fontsize=FONT_PT, color=TEXT, fontweight="bold")
    plain(axes, grid=True)
    axes.set_xscale("log")
    axes.set_xlim(1, max(10.0, 1.1 * panel.count))
    first = [0.0] if crowded else [0.0, 0.5]
    ticks = [*first, *(1 - 10.0**-nines for nines in range(1, _NINES + 1))]
    shown = [share for share in ticks if 1 / (1 - share) <= max(10.0, panel.count) * 1.0001]
    axes.xaxis.set_major_locator(FixedLocator([1 / (1 - share) for share in shown]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(written(lambda x: words.write_share(1 - 1 / x)))
    axes.set_ylim(0, 1.08 * max(1e-9, *panel.response_s, *panel.service_s))
    axes.yaxis.set_major_locator(MaxNLocator(3 if crowded else 5))
    axes.yaxis.set_major_formatter(written(words.write_seconds))
