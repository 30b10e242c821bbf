"""Two ways of sending on the same chance: the difference of every measure, and whether one is shown at all."""

from collections.abc import Iterator, Sequence
from typing import Final

from reports.amounts import exact, value_text, with_half_width
from reports.blocks import Block, Paragraph, Section, Table, number, text
from reports.language import Language, language_of
from reports.limits import measure_name
from reports.notation import LanguageCode
from reports.plain_text import aligned, joined, prose
from reports.sending import sending_label
from scenarios.comparison import Comparison, PairedDifference
from scenarios.precision import goal_of
from scenarios.result import Result
from scenarios.summary import Reached

_RUNS_SAVED: Final = 1.5
"""Below this many times as many runs, what pairing saved is not worth a sentence. ASSUMPTION."""


def comparison_screen(comparison: Comparison, lang: LanguageCode = "en") -> str:
    """Say a comparison in a terminal."""
    language = language_of(lang)
    return joined(compared_parts(comparison, language))


def compared_parts(comparison: Comparison, language: Language) -> list[Sequence[str]]:
    """The parts of the screen: what was compared, the table, how to read it."""
    head, *rows = _rows(comparison, language)
    head[0] = head[0].upper()
    table = aligned([["  " + row[0], *row[1:]] for row in (head, *rows)], words=(0, len(head) - 1))
    return [
        [prose(one) for one in _about(comparison, language)],
        table,
        [prose(one) for one in _notes(comparison, language)],
    ]


def pairing(result: Result, language: Language) -> Section | None:
    """The section of a report; None where nothing was compared."""
    if result.comparison is None:
        return None
    head, *rows = _rows(result.comparison, language)
    lead = " ".join(_about(result.comparison, language))
    table = Table(
        caption=language.text("pairing.caption"),
        head=head,
        rows=[[text(row[0]), *(number(cell) for cell in row[1:-1]), text(row[-1])] for row in rows],
    )
    notes: list[Block] = [Paragraph(one, "note") for one in _notes(result.comparison, language)]
    return Section(id="pairing", title=language.text("pairing.title"), blocks=[Paragraph(lead), table, *notes])


def precision_sentence(reached: Reached, language: Language) -> str:
    """Say how many runs were made, and whether the half-width asked for was reached."""
    goal = goal_of(reached.asked, reached.measure)
    asked = (
        language.text("precision.share", share=language.notation.percent(goal.size))
        if goal.relative
        else value_text(language, reached.measure, goal.size, 4)
    )
    known = (
        language.text("amount.none")
        if reached.half_width is None
        else value_text(language, reached.measure, reached.half_width, 3)
    )
    return language.text(
        "precision.reached" if reached.reached else "precision.missed",
        runs=reached.replications,
        measure=measure_name(language, reached.measure),
        known=known,
        asked=asked,
    )


def _about(comparison: Comparison, language: Language) -> Iterator[str]:
    first, second = (sending_label(language, side.policy) for side in (comparison.first, comparison.second))
    runs = max((one.n for one in comparison.differences.values() if one), default=0)
    yield language.text("pairing.what", first=first, second=second)
    yield language.text("pairing.same_chance", count=runs)
    if comparison.changed:
        yield language.text("pairing.changed", keys=", ".join(comparison.changed))


def _rows(comparison: Comparison, language: Language) -> Iterator[list[str]]:
    columns = ("measure", "first", "second", "difference", "shown")
    yield [language.text(f"pairing.{column}") for column in columns]
    for measure, difference in comparison.differences.items():
        if difference is not None:
            yield [
                measure_name(language, measure),
                exact(language, measure, comparison.first.metrics.get(measure)),
                exact(language, measure, comparison.second.metrics.get(measure)),
                _signed(language, measure, difference),
                language.text(f"pairing.{difference.shown}"),
            ]


def _signed(language: Language, measure: str, difference: PairedDifference) -> str:
    written = with_half_width(language, measure, difference.mean, difference.half_width)
    value, _, _ = written.partition(" ± ")
    return f"+{written}" if difference.mean > 0 and any(digit in value for digit in "123456789") else written


def _notes(comparison: Comparison, language: Language) -> Iterator[str]:
    saved = {measure: _runs_saved(one) for measure, one in comparison.differences.items() if one}
    measure = next((one for one, times in saved.items() if times >= _RUNS_SAVED), None)
    if measure is not None:
        yield language.text(
            "pairing.saved",
            times=language.notation.shortest(saved[measure], 0 if saved[measure] >= 10 else 1),
            measure=measure_name(language, measure),
        )
    yield language.text("pairing.alone", count=len(saved))


def _runs_saved(difference: PairedDifference) -> float:
    """How many times as many runs on separate chance would know the difference as well."""
    if not difference.half_width or not difference.half_width_apart:
        return 1.0
    return (difference.half_width_apart / difference.half_width) ** 2
