"""The pages for answers that are no plan: nothing keeps the limits, or it cannot be told whether anything does."""

from collections.abc import Sequence
from typing import Final

from reports.blocks import Block, Items, Paragraph, Section, Table, number, text
from reports.candidates import kept_between, last_sms_text, verdict_cell
from reports.cases import scenario_of
from reports.language import Language
from reports.lever_words import no_plan_headline, would_help
from reports.limits import broken_measures, natures
from reports.sending import sending_text
from scenarios.quantities import clock_text
from scenarios.recommendation import Candidate, Recommendation
from scenarios.result import Result
from scenarios.thresholds import threshold_of

_MISSES: Final = 3


def nearest_misses(result: Result) -> list[Candidate]:
    """Find the three plans that kept every limit in the largest share of their runs, then went least beyond them."""
    tried = [one for one in result.candidates if one.runs]
    return sorted(tried, key=lambda one: (-one.kept / one.runs, _excess(one), one.last_sms_at))[:_MISSES]


def close_calls(result: Result, recommendation: Recommendation) -> list[Candidate]:
    """Find the plans that are too close to their limits to call, the one that kept them most often first."""
    close = [one for one in result.candidates if one.policy in recommendation.close]
    return sorted(close, key=lambda one: (-one.kept / one.runs, one.last_sms_at))


def misses(result: Result, language: Language) -> Section:
    """Say why no plan keeps the limits: the nearest, what they broke, and which lever that answers to."""
    scenario = scenario_of(result)
    nearest = nearest_misses(result)
    kinds = natures([measure for one in nearest for measure in broken_measures(one, scenario)])
    late = sum(not one.runs for one in result.candidates)
    blocks: list[Block] = [
        Paragraph(no_plan_headline(result, language), "advice"),
        *[Paragraph(words, "lead") for words in [would_help(result, language)] if words],
        Paragraph(language.text("misses.lead", count=sum(one.runs > 0 for one in result.candidates))),
    ]
    if late:
        blocks.append(Paragraph(language.text("misses.late", count=late, clock=clock_text(scenario.search.finish_by))))
    if nearest:
        blocks.append(_table(result, nearest, language, close=False))
    if kinds:
        blocks.append(Items([language.text(f"nature.{kind}") for kind in kinds]))
    blocks.append(Paragraph(language.text("misses.which")))
    return Section(id="misses", title=language.text("misses.title"), blocks=blocks)


def too_close(result: Result, recommendation: Recommendation, language: Language) -> Section:
    """Say which plans cannot be told from good ones, and which of them to take by whoever must choose now."""
    close = close_calls(result, recommendation)
    blocks: list[Block] = [Paragraph(language.text("close.lead", count=len(close)), "lead")]
    if close:
        best = close[0]
        sending = sending_text(language, best.policy)
        blocks += [
            _table(result, close, language, close=True),
            Paragraph(language.text("close.choose", sending=sending, kept=best.kept, runs=best.runs)),
        ]
    blocks.append(Paragraph(language.text("close.settle")))
    return Section(id="close", title=language.text("close.title"), blocks=blocks)


def _table(result: Result, shown: Sequence[Candidate], language: Language, *, close: bool) -> Table:
    rows = [
        [
            text(_capital(sending_text(language, one.policy))),
            number(last_sms_text(result, one, language)),
            number(language.text("amount.of", part=one.kept, whole=one.runs)),
            number(kept_between(one, language)) if close else verdict_cell(result, one, language),
        ]
        for one in shown
    ]
    head = [language.text(f"misses.{column}") for column in ("plan", "last", "kept")]
    last = language.text("close.between" if close else "misses.broke")
    caption = language.text("close.caption" if close else "misses.caption")
    return Table(caption=caption, head=[*head, last], rows=rows)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _excess(candidate: Candidate) -> float:
    """How far beyond its limits a plan went: the sum over broken limits, each as a share of the limit."""
    broken = [judged for judged in candidate.thresholds if judged.verdict == "fail" and judged.value is not None]
    limits = [
        (abs((judged.value or 0.0) - limit), limit)
        for judged in broken
        for limit in [threshold_of(judged.expression).limit]
    ]
    return sum(beyond / limit if limit else beyond for beyond, limit in limits)
