"""What was learnt from counts, in a terminal; the sentences are those of the page too."""

import datetime as dt
from collections.abc import Callable

from reports.language import Language, language_of
from reports.notation import LanguageCode
from reports.plain_text import aligned, joined, prose
from scenarios.calibration import Calibration, Estimate


def calibration_screen(calibration: Calibration, lang: LanguageCode) -> str:
    """Say what was learnt, how well it fits, and the keys that say so."""
    language = language_of(lang)
    return joined(
        [
            [prose(language.text("calibration.title"), ""), prose(counted(calibration, language))],
            [f"  {name}: {value}" for name, value in learned(calibration, language)],
            [prose(verdict(calibration, language))],
            ["  " + language.text("calibration.changes"), *aligned(
                [[f"    {key}", f"= {value}"] for key, value in calibration.changes.items()], words=(0, 1)
            )],
        ]
    )  # fmt: skip


def counted(calibration: Calibration, language: Language) -> str:
    """What was read."""
    seen = calibration.counted
    first = dt.datetime.fromisoformat(seen.first)
    words = [
        language.text(
            "calibration.counted", file=seen.file, sent=seen.sent, opened=seen.opened, at=f"{first:%H:%M}",
            step=language.notation.duration(seen.step_s),
        )
    ]  # fmt: skip
    if seen.booked is not None and seen.opened:
        words.append(language.text("calibration.booked", booked=seen.booked))
    if seen.asleep:
        words.append(language.text("calibration.asleep", count=seen.asleep))
    return " ".join(words)


def learned(calibration: Calibration, language: Language) -> list[tuple[str, str]]:
    """Each fitted number by its name, with where it lies."""
    notation = language.notation
    percent = _between(calibration.answering, notation.percent)
    rows = [(language.text("calibration.answering"), percent)]
    for k, group in enumerate(calibration.groups):
        name = language.text("calibration.everybody" if len(calibration.groups) == 1 else f"calibration.group_{k}")
        share = "" if len(calibration.groups) == 1 else f" ({notation.percent(group.share)})"
        rows.append((f"{name}{share}", language.text(
            "calibration.group",
            median=_between(group.median_s, notation.duration),
            sigma=_between(group.sigma, lambda value: notation.number(value, 2)),
        )))  # fmt: skip
    return rows


def verdict(calibration: Calibration, language: Language) -> str:
    """How well it fits, in a sentence."""
    fit = calibration.fit
    gap = language.notation.percent(fit.gap)
    p_value = language.notation.number(fit.p_value, 3)
    return language.text(f"calibration.{fit.verdict}", gap=gap, p=p_value)


def _between(estimate: Estimate, write: Callable[[float], str]) -> str:
    low, value, high = (write(one) for one in (estimate.low, estimate.value, estimate.high))
    return value if low == value == high else f"{value} ({low}–{high})"
