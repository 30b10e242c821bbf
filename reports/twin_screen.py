"""A twin test in a terminal; its sentences and rows are those of the page too."""

from collections.abc import Iterator

from reports.amounts import Unit, unit_of, value_text
from reports.language import Language, language_of
from reports.limits import measure_name
from reports.notation import LanguageCode
from reports.plain_text import aligned, joined, prose
from reports.sending import sending_label
from scenarios.twin import MOST_APART, MOST_OFF, REJECTIONS, RESPONSE, Held, Twin

MARKS = {"pass": "✓", "fail": "✗", "inconclusive": "≈", "within": "✓", "beyond": "✗", "unknown": " "}


def twin_screen(twin: Twin, lang: LanguageCode = "en") -> str:
    """Say whether the prediction held, then measure by measure."""
    language = language_of(lang)
    head, *rows = twin_rows(twin, language)
    return joined(
        [
            [prose(f"{MARKS[twin.verdict]} {twin_verdict(twin, language)}")],
            [prose(one) for one in about_twin(twin, language)],
            aligned([["  " + head[0].upper(), *head[1:]], *rows], words=(0, 5)),
            [prose(one) for one in twin_notes(twin, language)],
        ]
    )


def twin_verdict(twin: Twin, language: Language) -> str:
    """The answer in a sentence, with what missed."""
    if twin.reason is not None:
        return language.text(f"twin.{twin.reason}")
    if twin.verdict == "pass":
        return language.text("twin.held")
    missed = [name for name in (REJECTIONS, RESPONSE) if twin.measures[name].agreement == "beyond"]
    which = "both" if len(missed) == 2 else missed[0]
    return language.text(f"twin.missed_{which}")


def about_twin(twin: Twin, language: Language) -> Iterator[str]:
    """What was held against what."""
    sending = language.text("amount.none") if twin.policy is None else sending_label(language, twin.policy)
    yield language.text("twin.about", sending=sending, citizens=twin.citizens, target=twin.target)
    yield language.text("twin.before" if twin.before else "twin.after")
    if twin.changed:
        yield language.text("pairing.changed", keys=", ".join(twin.changed))


def twin_rows(twin: Twin, language: Language) -> Iterator[list[str]]:
    """Each measure that has a value, those with an aim first."""
    yield [language.text(f"twin.{one}") for one in ("measure", "predicted", "range", "measured", "difference", "aim")]
    order = sorted(twin.measures.items(), key=lambda one: one[0] not in (REJECTIONS, RESPONSE))
    for name, held in order:
        if held.predicted is not None or held.measured is not None:
            yield _row(name, held, language)


def twin_notes(twin: Twin, language: Language) -> Iterator[str]:
    """How to read it."""
    yield language.text(
        "twin.aims", apart=language.notation.shortest(MOST_APART), off=language.notation.percent(MOST_OFF)
    )
    yield language.text("twin.chance")
    if twin.speedup != 1:
        yield language.text("twin.speedup", times=language.notation.shortest(twin.speedup))


def _row(name: str, held: Held, language: Language) -> list[str]:
    none = language.text("amount.none")
    spread = none
    if held.low is not None and held.high is not None:
        spread = "–".join(_value(name, one, language) for one in (held.low, held.high))
    return [
        f"{MARKS[held.agreement]} {measure_name(language, name)}",
        _value(name, held.predicted, language),
        spread,
        _value(name, held.measured, language),
        _apart(name, held, language),
        _aim(name, held, language),
    ]


def _value(name: str, value: float | None, language: Language) -> str:
    return language.text("amount.none") if value is None else value_text(language, name, value, 2)


def _apart(name: str, held: Held, language: Language) -> str:
    if held.difference is None:
        return language.text("amount.none")
    sign = "+" if held.difference > 0 else ""
    if unit_of(name) is Unit.SECONDS and held.measured:
        off = language.notation.percent(held.difference / held.measured)
        return f"{sign}{_value(name, held.difference, language)} ({sign}{off})"
    return f"{sign}{_value(name, held.difference, language)}"


def _aim(name: str, held: Held, language: Language) -> str:
    if name not in (REJECTIONS, RESPONSE):
        return ""
    return language.text(f"twin.{held.agreement}")
