"""A search for capacity in a terminal."""

from reports.capacity_words import (
    asked_of,
    beyond_rows,
    capacity_sentence,
    left_out_sentence,
    rule_sentences,
    storm_sentence,
    unfit_sentence,
    wave_rows,
)
from reports.language import Language, language_of
from reports.notation import LanguageCode
from reports.plain_text import aligned, joined, prose
from scenarios.capacity import Overload
from scenarios.result import Result


def capacity_screen(result: Result, lang: LanguageCode = "en") -> str:
    """Say a search: the knee, the rule, every wave, and what happens beyond."""
    language, capacity = language_of(lang), result.capacity
    if capacity is None:
        raise ValueError("a result of the kind 'capacity' has a search")
    rows = wave_rows(capacity, language)
    waves = aligned([["  " + row[0], *row[1:]] for row in rows], words=(0, len(rows[0]) - 1))
    return joined(
        [
            [language.pick(result.scenario.title)],
            [prose(capacity_sentence(capacity, language))],
            [prose(one) for one in rule_sentences(capacity, language)],
            [f"  {one}" for one in asked_of(capacity, language)],
            waves,
            *(_beyond(capacity.overload, language) if capacity.overload else []),
        ]
    )


def _beyond(overload: Overload, language: Language) -> list[list[str]]:
    rows = beyond_rows(overload, language) if overload.waves else []
    notes = [say(overload, language) for say in (unfit_sentence, storm_sentence, left_out_sentence)]
    table = aligned([["  " + row[0], *row[1:]] for row in rows], words=(0, 1)) if rows else []
    return [[language.text("capacity.beyond_title")], table, [prose(one) for one in notes if one]]
