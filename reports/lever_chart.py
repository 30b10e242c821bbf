# pyright: reportUnknownMemberType=false
"""The drawing of the levers: where each puts the rejections, with its interval, beside the plan as it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from reports.charts import BLUE, FONT_PT, ORANGE, PINK, TEXT, blank_figure, plain, written


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """One row: the mean, how far its interval goes to each side, and whether it is the plan as it is."""

    label: str
    mean: float
    half_width: float
    as_is: bool = False


def reaches(
    rows: Sequence[Reach], limit: float | None, limit_label: str, axis_label: str, write: Callable[[float], str]
) -> Figure:
    """Draw a dot with its interval for each row, the plan as it is as a line down through all of them."""
    figure = blank_figure(0.8 + 0.36 * len(rows))
    axes = figure.add_subplot()
    for k, row in enumerate(rows):
        marker, colour = ("D", ORANGE) if row.as_is else ("o", BLUE)
        axes.errorbar(row.mean, -k, xerr=row.half_width, fmt=marker, color=colour, markersize=7, capsize=4, linewidth=2)
        if row.as_is:
            axes.axvline(row.mean, color=ORANGE, linewidth=1, alpha=0.6)
    if limit is not None:
        axes.axvline(limit, color=PINK, linestyle=(0, (5, 3)), linewidth=1.4)
        axes.annotate(
            limit_label,
            (limit, 1),
            xycoords=("data", "axes fraction"),
            xytext=(4, 4),
            textcoords="offset points",
            color=PINK,
            fontsize=FONT_PT,
        )
    axes.set_yticks([-k for k in range(len(rows))], [row.label for row in rows])
    axes.set_ylim(-len(rows) + 0.4, 0.6)
    axes.set_xlim(0, 1.08 * max([1e-9, *(row.mean + row.half_width for row in rows), limit or 0]))
    axes.xaxis.set_major_formatter(written(write))
    axes.set_xlabel(axis_label, fontsize=FONT_PT, color=TEXT, loc="left")
    plain(axes)
    axes.tick_params(axis="y", length=0)
    return figure
