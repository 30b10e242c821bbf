"""The best of each kind of sending, side by side."""

from collections.abc import Sequence

from reports.blocks import Paragraph, Section, Table, number, text
from reports.candidates import last_sms_text, standing_of, verdict_cell, with_start
from reports.language import Language
from reports.sending import sending_text
from scenarios.recommendation import Candidate
from scenarios.result import Result
from scenarios.search_kinds import SearchKind, kind_of


def best_of_each_kind(result: Result, language: Language) -> Section | None:
    """Show the soonest good plan of each kind, or else its nearest; None where one kind alone was tried."""
    kinds: dict[SearchKind, list[Candidate]] = {}
    for one in result.candidates:
        kinds.setdefault(kind_of(one.policy), []).append(one)
    if len(kinds) < 2:
        return None
    rows = [
        [
            text(language.text(f"kinds.{kind}")),
            text(_plan(result, best, language)),
            number(last_sms_text(result, best, language)),
            number(language.text("amount.of", part=best.kept, whole=best.runs) if best.runs else ""),
            verdict_cell(result, best, language),
        ]
        for kind, tried in kinds.items()
        for best in [best_of(tried)]
    ]
    table = Table(
        caption=language.text("kinds.caption"),
        head=[language.text(f"kinds.{column}") for column in ("kind", "plan", "last", "kept", "limits")],
        rows=rows,
    )
    blocks = [table, Paragraph(language.text("kinds.note"), "note")]
    return Section(id="kinds", title=language.text("kinds.title"), blocks=blocks)


def _plan(result: Result, best: Candidate, language: Language) -> str:
    words = sending_text(language, best.policy)
    return with_start(result, best.policy, words[:1].upper() + words[1:], language)


def best_of(tried: Sequence[Candidate]) -> Candidate:
    """Find the plan of the advice, else the first shown good, else what kept the limits most often, soonest first."""
    return min(
        tried,
        key=lambda one: (
            "recommended" not in one.roles,
            not one.feasible,
            0 if one.feasible else -(one.kept / one.runs if one.runs else -1),
            standing_of(one) == "broken",
            one.last_sms_at,
        ),
    )
