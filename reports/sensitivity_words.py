"""How far the advice carries, in words: values of assumptions, flip points, other days."""

import math
from collections.abc import Iterator

from reports.language import Language
from scenarios.assumed import RATES, SHARES
from scenarios.ranges import Assumption
from scenarios.result import Result
from scenarios.sensitivity import Flip, OtherDay, Sensitivity, Swing


def assumption_name(one: str, language: Language) -> str:
    """Name a dial."""
    return language.text(f"dial.{one}")


def value_words(one: str, value: float | None, language: Language) -> str:
    """Write its value: a share, a rate, or a length of time."""
    if value is None:
        return language.text("amount.none")
    if Assumption(one) in SHARES:
        return language.notation.percent(value)
    if Assumption(one) in RATES:
        return language.text("assumption.per_second", rate=language.notation.shortest(value, 1))
    if value < 1:
        return f"{language.notation.shortest(1000 * value, 0)}\u00a0ms"
    return language.notation.duration(value) if value >= 60 else f"{language.notation.shortest(value, 1)}\u00a0s"


def flip_sentences(sensitivity: Sensitivity, language: Language) -> Iterator[str]:
    """Where the advice changes, those that break first; then those that do not within reach."""
    values = {swing.assumption: swing for swing in sensitivity.swings}
    order = sorted(sensitivity.flips, key=lambda flip: abs(math.log(flip.breaks_at or 1e9)))
    for flip in order:
        yield _flip(flip, values[flip.assumption], language)


def flip_of(sensitivity: Sensitivity, swing: Swing, language: Language) -> str:
    """The flip points of one assumption as in a table."""
    found = [_where(flip, swing, language) for flip in sensitivity.flips if flip.assumption == swing.assumption]
    return "; ".join(found)


def day_rows(sensitivity: Sensitivity, language: Language) -> list[tuple[str, str, str]]:
    """The other days: which, how often the plan kept all limits out of ten, and whether that is enough."""
    return [
        (language.text(f"other_day.{day.variant}"), of_ten(day, language), language.text(f"holding.{holding(day)}"))
        for day in sensitivity.days
    ]


def of_ten(day: OtherDay, language: Language) -> str:
    """Say "8 of 10", rounded down: a plan that is said to hold in so many does."""
    return language.text("amount.of", part=math.floor(10 * day.kept / day.runs + 1e-9), whole=10)


def holding(day: OtherDay) -> str:
    """Whether the plan kept its limits in nine runs of ten."""
    return "holds" if 10 * day.kept >= 9 * day.runs else "breaks"


def sensitivity_lines(result: Result, language: Language) -> list[str]:
    """Flip points for a terminal."""
    return [] if result.sensitivity is None else list(flip_sentences(result.sensitivity, language))


def _flip(flip: Flip, swing: Swing, language: Language) -> str:
    name, assumed, holds, furthest = (
        assumption_name(flip.assumption, language),
        *(
            value_words(flip.assumption, swing.value * factor, language)
            for factor in (1.0, flip.holds_at, flip.furthest)
        ),
    )
    if flip.breaks_at is None:
        words = "flip.never" if flip.holds_at == flip.furthest else "flip.open"
        return language.text(words, name=name, assumed=assumed, furthest=furthest)
    breaks = value_words(flip.assumption, swing.value * flip.breaks_at, language)
    if flip.assumption == Assumption.RESPONSE:
        times = language.notation.shortest(max(flip.breaks_at, 1 / flip.breaks_at), 1)
        return language.text(
            f"flip.response_{flip.direction}", times=times, breaks=breaks, assumed=assumed, holds=holds
        )
    return language.text(f"flip.{flip.direction}", name=name, breaks=breaks, assumed=assumed, holds=holds)


def _where(flip: Flip, swing: Swing, language: Language) -> str:
    if flip.breaks_at is None:
        words = "flip.none_within" if flip.holds_at == flip.furthest else "flip.not_settled"
        return language.text(words, furthest=value_words(flip.assumption, swing.value * flip.furthest, language))
    ends = sorted((swing.value * flip.holds_at, swing.value * flip.breaks_at))
    low, high = (value_words(flip.assumption, one, language) for one in ends)
    return language.text("flip.between", low=low, high=high)
