"""What an answer shows, in the order of the coordinator's questions, from a result and nothing else."""

from dataclasses import dataclass

from reports.advice import caveats, headline, supply_sum, the_answer, what_would_change
from reports.alternatives import decision_table
from reports.blocks import Paragraph, Picture, Section
from reports.candidates import kept_between
from reports.cases import candidate_with
from reports.expectation import side_by_side
from reports.language import Language
from reports.lever_section import levers
from reports.planner.dots import Dots, dots_of
from scenarios.result import Result

_PLAN = ("plan", "misses", "close")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """An answer in pieces: the arithmetic first, then what to do, and what it rests on last."""

    headline: str
    arithmetic: Paragraph
    enough: bool
    has_plan: bool
    advice: list[Section]
    sure: list[str]
    beside: list[Section]
    dots: Dots | None
    table: list[Section]
    more: list[Section]


def view_of(result: Result, language: Language) -> AnswerView:
    """Arrange an answer; pictures are left to the report, all but the dots: to draw them takes as long as to answer."""
    recommendation = result.recommendation
    if recommendation is None:
        raise ValueError("an answer has a recommendation")
    below = [make(result, language) for make in (side_by_side, levers, caveats, what_would_change)]
    shown = [*the_answer(result, language, files=False), *below]
    sections = {section.id: _without_pictures(section) for section in shown if section}
    table = decision_table(result, language)
    first = [sections[one] for one in sections if one in _PLAN]
    if recommendation.answer == "too_few_slots":
        first = [sections["supply"]]
    opening = language.text("supply.yes" if recommendation.supply.enough else "supply.no")
    return AnswerView(
        headline=headline(result, language),
        arithmetic=Paragraph(supply_sum(recommendation.supply, language), "lead", opening=opening),
        enough=recommendation.supply.enough,
        has_plan=bool(recommendation.schedule),
        advice=first,
        sure=_sure(result, language),
        beside=[sections["comparison"]] if "comparison" in sections else [],
        dots=dots_of(result, language),
        table=[table] if table else [],
        more=[sections[one] for one in ("levers", "caveats", "changes") if one in sections],
    )


def _sure(result: Result, language: Language) -> list[str]:
    """How quick the answer is, and how far it can be trusted."""
    recommendation = result.recommendation
    if recommendation is None or not recommendation.quick:
        return [language.text("planner.answer.thorough", runs=result.provenance.replications)]
    said = [language.text("planner.answer.quick", runs=result.provenance.replications)]
    chosen = candidate_with(result, "recommended")
    if chosen is not None:
        between = kept_between(chosen, language)
        tried = sum(one.runs > 0 for one in result.candidates)
        said.append(
            language.text("planner.answer.sure", kept=chosen.kept, runs=chosen.runs, between=between, tried=tried)
        )
    elif recommendation.answer != "too_few_slots":
        said.append(language.text("planner.answer.not_sure"))
    return said


def _without_pictures(section: Section) -> Section:
    return Section(
        id=section.id,
        title=section.title,
        blocks=[block for block in section.blocks if not isinstance(block, Picture)],
        parts=[_without_pictures(part) for part in section.parts],
    )
