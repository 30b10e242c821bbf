# pyright: reportUnknownMemberType=false
"""The drawing of what is weighed against each other: a point for each policy or wave, and the limit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports.charts import BLUE, FONT_PT, ORANGE, PINK, TEXT, blank_figure, plain, written
from scenarios.recommendation import Standing

_STANDINGS: Final[dict[Standing, tuple[str, str, str]]] = {
    "kept": ("o", BLUE, BLUE),
    "open": ("o", BLUE, "white"),
    "broken": ("s", ORANGE, "white"),
}
"""Marker, edge and face of a policy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AxisWords:
    """What stands along the axes and the limit of the scatter."""

    x: str
    y: str
    limit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One policy in the scatter; labelled if it has a label, a diamond if it is chosen."""

    x: float
    y: float
    standing: Standing
    label: str = ""
    chosen: bool = False


def trade_off(points: Sequence[Point], limit: float | None, words: AxisWords, write: Callable[[float], str]) -> Figure:
    """Draw every plan: minutes until all are invited against what the worst of ten runs brings."""
    figure = blank_figure(3.6)
    axes = figure.add_subplot()
    right = max([1.0, *(p.x for p in points)]) * 1.04
    _draw_frontier(axes, points)
    for point in points:
        marker, colour, face = _STANDINGS[point.standing]
        shape, size = ("D", 9) if point.chosen else (marker, 7)
        axes.plot(point.x, point.y, shape, color=colour, mfc=face, mew=1.6, markersize=size, clip_on=False)
    if limit is not None:
        axes.axhline(limit, color=PINK, linestyle=(0, (5, 3)), linewidth=1.4)
        axes.annotate(
            words.limit,
            (1, limit),
            xycoords=("axes fraction", "data"),
            xytext=(0, 4),
            textcoords="offset points",
            ha="right",
            color=PINK,
            fontsize=FONT_PT,
        )
    axes.set_xlim(-right * 0.02, right)
    axes.set_ylim(0, max([1e-9, *(p.y for p in points), limit or 0]) * 1.15)
    _label_points(axes, points)
    axes.yaxis.set_major_formatter(written(write))
    axes.xaxis.set_major_formatter(written(write))
    axes.set_xlabel(words.x, fontsize=FONT_PT, color=TEXT, loc="left")
    axes.set_title(words.y, loc="left", fontsize=FONT_PT, color=TEXT)
    plain(axes, grid=True)
    return figure


def _draw_frontier(axes: Axes, points: Sequence[Point]) -> None:
    """Join the points that no other beats on both axes; nothing where one of them is chosen from no others."""
    if not any(point.chosen for point in points):
        return
    best, lowest = list[Point](), np.inf
    for point in sorted(points, key=lambda one: (one.x, one.y)):
        if point.y < lowest:
            best.append(point)
            lowest = point.y
    axes.plot([one.x for one in best], [one.y for one in best], color=TEXT, linewidth=1, linestyle=(0, (1, 2)))


def _label_points(axes: Axes, points: Sequence[Point]) -> None:
    """Name the points that have a name, below and to the side, moved apart where they are close."""
    right, top = axes.get_xlim()[1], axes.get_ylim()[1]
    highest = np.inf
    for point in sorted((one for one in points if one.label), key=lambda one: -one.y):
        highest = min(point.y, highest - top * 0.07)
        on_left = point.x > right * 0.55
        axes.annotate(
            point.label,
            (point.x, highest),
            xytext=(-9 if on_left else 9, -4),
            textcoords="offset points",
            ha="right" if on_left else "left",
            fontsize=FONT_PT,
            color=TEXT,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 0.6},
        )
