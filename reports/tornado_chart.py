# pyright: reportUnknownMemberType=false
"""The tornado: how far each assumption moves a measure, from the low end of its range to the high."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from reports.charts import BLUE, FONT_PT, ORANGE, PINK, TEXT, blank_figure, plain, written


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Where an end of a range leads: how far from the plan as it is, the value in words, whether the plan breaks."""

    moved: float
    label: str
    breaks: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One assumption; None for an end that changes nothing."""

    label: str
    low: End | None
    high: End | None

    @property
    def ends(self) -> tuple[End, ...]:
        """Those it has."""
        return tuple(end for end in (self.low, self.high) if end is not None)

    @property
    def span(self) -> float:
        """How far apart the ends and the plan as it is lie."""
        reached = [0.0, *(end.moved for end in self.ends)]
        return max(reached) - min(reached)


def tornado(bars: Sequence[Bar], axis_label: str, write: Callable[[float], str]) -> Figure:
    """Draw the bars, the widest on top; a diamond marks an end at which the plan no longer keeps its limits."""
    figure = blank_figure(0.9 + 0.42 * len(bars))
    axes = figure.add_subplot()
    reached = [0.0, *(end.moved for bar in bars for end in bar.ends)]
    room = 0.4 * max(1e-9, max(reached) - min(reached))
    for k, bar in enumerate(sorted(bars, key=lambda one: -one.span)):
        for end, colour, hatch in ((bar.low, BLUE, ""), (bar.high, ORANGE, "//")):
            if end is None:
                continue
            axes.barh(-k, end.moved, height=0.6, color=colour, hatch=hatch, edgecolor="white", linewidth=0.5)
            outwards = -1 if end.moved < 0 else 1
            if end.breaks:
                axes.plot([end.moved], [-k], marker="D", color=PINK, markersize=7, linestyle="none")
            axes.annotate(
                end.label, (end.moved, -k + (0.0 if _apart(bar) else 0.2 if end is bar.low else -0.2)),
                xytext=(8 * outwards, 0), textcoords="offset points", color=TEXT, fontsize=FONT_PT - 2,
                ha="left" if outwards > 0 else "right", va="center",
            )  # fmt: skip
    axes.axvline(0, color=TEXT, linewidth=1)
    axes.set_xlim(min(reached) - room, max(reached) + room)
    axes.set_ylim(-len(bars) + 0.4, 0.6)
    axes.set_yticks([-k for k in range(len(bars))], [bar.label for bar in sorted(bars, key=lambda one: -one.span)])
    axes.xaxis.set_major_formatter(written(write))
    axes.set_xlabel(axis_label, fontsize=FONT_PT, color=TEXT, loc="left")
    plain(axes)
    axes.tick_params(axis="y", length=0)
    return figure


def _apart(bar: Bar) -> bool:
    """Whether the ends lie on either side, so that their words do not meet."""
    return len(bar.ends) < 2 or (bar.ends[0].moved < 0) != (bar.ends[1].moved < 0)
