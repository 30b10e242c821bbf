"""Measured runs of one plan in a terminal: what must not happen first, then counts, then times."""

from collections.abc import Iterator, Mapping

from reports.amounts import value_text
from reports.language import Language, language_of
from reports.limits import measure_name
from reports.notation import LanguageCode
from reports.plain_text import Row, aligned, joined, prose
from scenarios.measured_pairs import Invariant, MeasuredComparison, MeasuredDifference


def measured_screen(comparison: MeasuredComparison, lang: LanguageCode = "en") -> str:
    """Say a comparison of two load tests."""
    language = language_of(lang)
    return joined(
        [
            [prose(one) for one in _about(comparison, language)],
            aligned([_head("must_not", language), *_invariants(comparison, language)], words=(0, 4)),
            aligned([_head("counts", language), *_rows(comparison.counts, language)], words=(0, 4)),
            aligned([_head("times", language), *_rows(comparison.times, language)], words=(0, 4)),
            [prose(one) for one in _notes(comparison, language)],
        ]
    )


def _about(comparison: MeasuredComparison, language: Language) -> Iterator[str]:
    first, second = comparison.runs
    about = "about_several" if _several(comparison) else "about"
    yield language.text(f"measured.{about}", citizens=comparison.citizens, first=first, second=second)
    if comparison.changed:
        yield language.text("pairing.changed", keys=", ".join(comparison.changed))


def _head(what: str, language: Language) -> Row:
    columns = (language.text(f"pairing.{one}") for one in ("first", "second", "difference", "shown"))
    return ["  " + language.text(f"measured.{what}").upper(), *columns]


def _invariants(comparison: MeasuredComparison, language: Language) -> Iterator[Row]:
    for one in comparison.invariants:
        mark, said = _ruled(one)
        counts = [_count(count, language) for count in (one.first, one.second)]
        apart = None if one.first is None or one.second is None else one.first - one.second
        name = language.text(f"measured.{one.name}")
        yield [f"  {mark} {name}", *counts, _count(apart, language), language.text(f"measured.{said}")]


def _ruled(one: Invariant) -> tuple[str, str]:
    if one.first or one.second:
        return "✗", "happened"
    return ("≈", "not_known") if one.first is None or one.second is None else ("✓", "never")


def _count(count: int | None, language: Language) -> str:
    return language.text("amount.none") if count is None else language.notation.number(count)


def _rows(found: Mapping[str, MeasuredDifference], language: Language) -> Iterator[Row]:
    for name, one in found.items():
        yield [
            f"    {measure_name(language, name)}",
            *(_value(name, value, language) for value in (one.first, one.second)),
            _with_interval(name, one, language),
            language.text("measured.inconclusive" if one.shown == "inconclusive" else f"pairing.{one.shown}"),
        ]


def _value(name: str, value: float | None, language: Language) -> str:
    return language.text("amount.none") if value is None else value_text(language, name, value, 2)


def _with_interval(name: str, one: MeasuredDifference, language: Language) -> str:
    if one.difference is None:
        return language.text("amount.none")
    value = _value(name, one.difference, language)
    if one.low is None or one.high is None:
        return value
    low, high = (_value(name, end, language) for end in (one.low, one.high))
    return f"{value} ({language.text('measured.interval', low=low, high=high)})"


def _several(comparison: MeasuredComparison) -> bool:
    return max(comparison.runs) > 1


def _notes(comparison: MeasuredComparison, language: Language) -> Iterator[str]:
    if comparison.inconclusive is not None:
        yield language.text(f"measured.{comparison.inconclusive}")
    if comparison.times_by is not None:
        yield language.text(f"measured.{comparison.times_by}", threes=comparison.threes or 0)
    yield language.text("measured.these_runs" if _several(comparison) else "measured.these_two")
