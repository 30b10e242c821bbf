"""What was learnt from counts, in a terminal; the sentences are those of the page too."""

import datetime as dt
from collections.abc import Callable

from reports.language import Language, language_of
from reports.notation import LanguageCode
from reports.plain_text import aligned, joined, prose
from scenarios.calibration import Calibration, Estimate, People, Served


def calibration_screen(calibration: Calibration, lang: LanguageCode) -> str:
    """Say what was learnt, how well it fits, and the keys that say so."""
    language = language_of(lang)
    keys = [[f"    {key}", f"= {value}"] for key, value in calibration.changes.items()]
    people, platform = calibration.people, calibration.platform
    return joined(
        [
            [prose(language.text("calibration.title"), "")],
            [] if people is None else [prose(counted(people, language))],
            [] if people is None else [f"  {name}: {value}" for name, value in learned(people, language)],
            [] if people is None else [prose(verdict(people, language))],
            [] if platform is None else [prose(measured(platform, language))],
            [] if platform is None else [f"  {name}: {value}" for name, value in requests(platform, language)],
            ["  " + language.text("calibration.changes"), *aligned(keys, words=(0, 1))],
        ]
    )


def counted(people: People, language: Language) -> str:
    """What was read."""
    seen = people.counted
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


def learned(people: People, language: Language) -> list[tuple[str, str]]:
    """Each fitted number by its name, with where it lies."""
    notation = language.notation
    rows = [(language.text("calibration.answering"), _between(people.answering, notation.percent))]
    several = len(people.groups) > 1
    for k, group in enumerate(people.groups):
        name = language.text(f"calibration.group_{k}" if several else "calibration.everybody")
        share = f" ({notation.percent(group.share)})" if several else ""
        median = _between(group.median_s, notation.duration)
        sigma = _between(group.sigma, lambda value: notation.number(value, 2))
        rows.append((f"{name}{share}", language.text("calibration.group", median=median, sigma=sigma)))
    return rows


def verdict(people: People, language: Language) -> str:
    """How well it fits, in a sentence."""
    gap = language.notation.percent(people.fit.gap)
    return language.text(
        f"calibration.{people.fit.verdict}", gap=gap, p=language.notation.number(people.fit.p_value, 3)
    )


def measured(platform: Served, language: Language) -> str:
    """What the load test was, and why it can be used."""
    return language.text("calibration.measured", target=platform.target, busy=language.notation.percent(platform.busy))


def requests(platform: Served, language: Language) -> list[tuple[str, str]]:
    """The work of each kind of request."""
    write = language.notation.waiting
    return [
        (language.text(f"operation.{one.operation}"), language.text(
            "calibration.request", median=write(one.median_s), requests=one.requests
        ))
        for one in platform.requests
    ]  # fmt: skip


def _between(estimate: Estimate, write: Callable[[float], str]) -> str:
    low, value, high = (write(one) for one in (estimate.low, estimate.value, estimate.high))
    return value if low == value == high else f"{value} ({low}–{high})"
