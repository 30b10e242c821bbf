"""What must never happen, and whether it did: counted in a load test, never estimated."""

from typing import Final

from reports.blocks import Cell, Paragraph, Section, Table, number, text
from reports.cases import scenario_of
from reports.language import Language
from scenarios.attempts import Outcome
from scenarios.inventory import total_capacity
from scenarios.measurement import History
from scenarios.result import Result

_Line = tuple[str, int, int | None, str]  # message id, observations, violations if known, an example
_ANSWERED: Final = (Outcome.CONFIRMED, Outcome.REJECTED)


def invariants(result: Result, language: Language) -> Section | None:
    """Hold a load test against what must hold without tolerance; None where nothing was measured."""
    if result.measurement is None:
        return None
    table = Table(
        caption=language.text("invariants.caption"),
        head=[language.text(f"invariants.{column}") for column in ("rule", "seen", "broken", "verdict", "example")],
        rows=[_row(line, language) for line in _lines(result)],
    )
    blocks = [Paragraph(language.text("invariants.lead")), table]
    return Section(id="invariants", title=language.text("invariants.title"), blocks=blocks)


def _lines(result: Result) -> list[_Line]:
    outcomes = result.measurement.outcomes if result.measurement else {}
    confirmed = outcomes.get(Outcome.CONFIRMED, 0)
    doubles, booked = (result.metrics.get(name) for name in ("double_bookings", "booked_count"))
    capacity = total_capacity(scenario_of(result))
    answered = sum(outcomes.get(one, 0) for one in _ANSWERED)
    return [
        ("double", confirmed, round(doubles.mean) if doubles else None, ""),
        ("history", answered, *_broken(result.history)),
        ("places", capacity, max(0, round(booked.mean) - capacity) if booked else None, ""),
    ]


def _broken(history: History | None) -> tuple[int | None, str]:
    if history is None or history.verdict == "unknown":
        return None, ""
    return len(history.anomalies), history.anomalies[0] if history.anomalies else ""


def _row(line: _Line, language: Language) -> list[Cell]:
    name, seen, broken, example = line
    return [
        text(language.text(f"invariants.{name}")),
        number(language.notation.number(seen)),
        number("" if broken is None else language.notation.number(broken)),
        _verdict(broken, language),
        Cell((example or "–",), "code" if example else "none"),
    ]


def _verdict(broken: int | None, language: Language) -> Cell:
    if broken is None:
        return Cell((f"≈ {language.text('measured.not_known')}",), "none")
    if broken:
        return Cell((f"✗ {language.text('measured.happened')}",), "bad")
    return Cell((f"✓ {language.text('measured.never')}",), "good")
