"""The model against theory in a terminal: one line a law, what it was held against, and where the law is from."""

import math

from reports.language import Language, language_of
from reports.notation import LanguageCode
from reports.plain_text import Row, aligned, joined, prose
from scenarios.law_check import LawCheck, Validation

_DIGITS = 4
_MOST_DECIMALS = 5


def validation_screen(validation: Validation, lang: LanguageCode = "en") -> str:
    """Say a validation: every law with its figures, the verdict, and the sources."""
    language = language_of(lang)
    columns = ("law", "quantity", "setting", "theory", "model", "difference", "errors")
    head = ["  " + language.text(f"validation.{columns[0]}").upper()]
    head += [language.text(f"validation.{column}").upper() for column in columns[1:]]
    sources = dict.fromkeys((language.text(f"law.{check.law}"), check.reference) for check in validation.checks)
    return joined(
        [
            [f"{language.text('validation.title')} · {language.text('screen.seed', seed=str(validation.seed))}"],
            aligned([head, *(_row(check, language) for check in validation.checks)], words=(0, 1, 2)),
            [prose(_verdict(validation, language))],
            [
                "  " + language.text("validation.sources").upper(),
                *aligned([_source(*one) for one in sources], words=(0, 1)),
            ],
        ]
    )


def _row(check: LawCheck, language: Language) -> Row:
    errors = check.standard_errors
    return [
        f"  {'✓' if check.agrees else '✗'} {language.text(f'law.{check.law}')}",
        language.text(f"law_quantity.{check.quantity}"),
        _setting(check, language),
        _figure(check.theory, language),
        _figure(check.model, language),
        _figure(check.difference, language),
        language.text("validation.exact") if errors is None else language.notation.number(errors, 1),
    ]


def _setting(check: LawCheck, language: Language) -> str:
    family = [] if check.family is None else [language.text(f"law_family.{check.family}")]
    letters = [f"{name} = {language.notation.shortest(value)}" for name, value in check.parameters.items()]
    return "; ".join([*family, *letters])


def _figure(value: float, language: Language) -> str:
    """Write a figure with four digits that mean something."""
    if not value:
        return language.notation.number(0)
    decimals = _DIGITS - 1 - math.floor(math.log10(abs(value)))
    return language.notation.number(value, min(_MOST_DECIMALS, max(0, decimals)))


def _verdict(validation: Validation, language: Language) -> str:
    whole = len(validation.checks)
    wrong = sum(not check.agrees for check in validation.checks)
    if wrong:
        return language.text("validation.differs", count=wrong, whole=whole)
    most = language.notation.shortest(validation.most_standard_errors)
    return language.text("validation.agrees", whole=whole, most=most)


def _source(law: str, reference: str) -> Row:
    return [f"    {law}", reference]
