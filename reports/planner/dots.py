"""Fifty dots: how many of fifty send-outs kept every limit, as a drawing that people take in at a glance."""

from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

from reports.cases import candidate_with
from reports.language import Language
from reports.no_plan import nearest_misses
from reports.sending import sending_text
from scenarios.recommendation import Candidate
from scenarios.result import Result

MOST: Final = 50
_ACROSS: Final = 10
_STEP: Final = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Dots:
    """The drawing, the finding above it and how to read it."""

    svg: Markup
    finding: str
    marks: str


def dots_of(result: Result, language: Language) -> Dots | None:
    """Draw the runs of the plan, or of all at once where there is none; more than fifty are drawn as fifty."""
    shown, which = _shown(result)
    if shown is None or not shown.runs:
        return None
    drawn = min(MOST, shown.runs)
    kept = shown.kept if drawn == shown.runs else _scaled(shown.kept, shown.runs)
    finding = language.text(
        f"planner.dots.{which}", kept=kept, drawn=drawn, sending=sending_text(language, shown.policy)
    )
    marks = language.text("planner.dots.marks")
    if drawn < shown.runs:
        marks += " " + language.text("planner.dots.stand_for", drawn=drawn, kept=shown.kept, runs=shown.runs)
    return Dots(svg=_svg(kept, drawn, finding, marks), finding=finding, marks=marks)


def _shown(result: Result) -> tuple[Candidate | None, str]:
    """The plan; where there is none the one that came nearest, and without enough appointments all at once."""
    plan, recommendation = candidate_with(result, "recommended"), result.recommendation
    if plan is not None:
        return plan, "plan"
    if recommendation is not None and recommendation.answer == "too_few_slots":
        return candidate_with(result, "all_at_once"), "at_once"
    nearest = nearest_misses(result)
    return (nearest[0], "nearest") if nearest else (None, "")


def _scaled(kept: int, runs: int) -> int:
    """Of fifty; never all or none of them unless it was all or none."""
    share = round(MOST * kept / runs)
    return share if kept in (0, runs) else min(max(share, 1), MOST - 1)


def _svg(kept: int, drawn: int, title: str, description: str) -> Markup:
    rows = -(-drawn // _ACROSS)
    width, height = min(drawn, _ACROSS) * _STEP, rows * _STEP
    circles = "".join(
        f'<circle class="{"kept" if dot < kept else "broke"}" '
        f'cx="{dot % _ACROSS * _STEP + _STEP // 2}" cy="{dot // _ACROSS * _STEP + _STEP // 2}" r="9"/>'
        for dot in range(drawn)
    )
    return Markup(  # noqa: S704 (our own drawing; title and description are escaped)
        f'<svg class="dots" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-labelledby="dots-t dots-d"><title id="dots-t">{escape(title)}</title>'
        f'<desc id="dots-d">{escape(description)}</desc>{circles}</svg>'
    )
