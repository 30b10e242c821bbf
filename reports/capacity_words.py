"""A search for capacity in words and rows: for the screen and for the page."""

from collections.abc import Iterator, Sequence

from reports.amounts import value_text
from reports.language import Language
from reports.limits import measure_name
from scenarios.capacity import Beyond, Capacity, Overload, WaveTried
from scenarios.thresholds import Threshold, threshold_of


def capacity_sentence(capacity: Capacity, language: Language) -> str:
    """The answer in a sentence or two."""
    said = language.text(f"capacity.{capacity.ending}", count=None, **_values(capacity, language))
    if capacity.ending in ("found", "anomaly", "always_broke") or capacity.borne is None:
        return said
    return f"{said} {language.text('capacity.at_least', borne=rate_text(capacity.borne, language))}"


def _values(capacity: Capacity, language: Language) -> dict[str, str]:
    knee = capacity.knee
    values: dict[str, str] = {
        "most": rate_text(capacity.most, language),
        "reason": capacity.reason or "",
        "waves": language.notation.number(len(capacity.tried)),
    }
    if knee is None:
        return values
    return values | {
        "knee": rate_text(knee.rate, language),
        "low": rate_text(knee.low, language),
        "high": rate_text(knee.high, language),
        "limits": limits_text(knee.broken, language),
    }


def rate_text(rate: float, language: Language) -> str:
    """People a minute, with as many digits as mean something."""
    return language.notation.number(rate, 0 if rate >= 20 else 1)


def limits_text(expressions: Sequence[str], language: Language) -> str:
    """The limits by the names of their measures, as the middle of a sentence."""
    names = [measure_name(language, threshold_of(one).measure) for one in expressions]
    return ", ".join(name[:1].lower() + name[1:] for name in names)


def asked_of(capacity: Capacity, language: Language) -> list[str]:
    """What the search was held to: each limit, written out."""
    return [_limit(threshold_of(one), language) for one in capacity.limits]


def _limit(limit: Threshold, language: Language) -> str:
    """Without its scope: each wave is one run, and is held to the limit by itself."""
    value = value_text(language, limit.measure, limit.limit, 4)
    asked = language.text(f"sign.{limit.comparison.name.lower()}", limit=value)
    return f"{measure_name(language, limit.measure)}: {asked}"


def rule_sentences(capacity: Capacity, language: Language) -> Iterator[str]:
    """How the search went, so that somebody else could do it."""
    yield language.text(
        "capacity.rule",
        length=language.notation.duration(capacity.wave_s),
        precision=language.notation.percent(capacity.precision),
    )
    if capacity.speedup != 1:
        yield language.text("agreement.speedup", times=language.notation.shortest(capacity.speedup))


def wave_rows(capacity: Capacity, language: Language) -> list[list[str]]:
    """Every wave in the order made, the head first."""
    head = [language.text(f"capacity.{name}") for name in ("rate", "people", "p95", "lag", "said")]
    return [head, *(_wave_row(one, language) for one in capacity.tried)]


def _wave_row(one: WaveTried, language: Language) -> list[str]:
    p95_s = one.response_time_p95_s
    return [
        rate_text(one.rate, language),
        language.notation.number(one.people),
        language.text("amount.none") if p95_s is None else language.notation.waiting(p95_s),
        language.notation.waiting(one.start_lag_p99_s),
        _said(one, language),
    ]


def _said(one: WaveTried, language: Language) -> str:
    if one.spoiled is not None:
        return f"≈ {language.text('capacity.spoiled')}"
    if one.broken:
        return f"✗ {limits_text(one.broken, language)}"
    return f"✓ {language.text('capacity.kept')}"


def beyond_rows(overload: Overload, language: Language) -> list[list[str]]:
    """Every wave beyond the knee, the head first."""
    columns = ("factor", "who", "people", "each", "again", "back", "gave_up")
    return [
        [language.text(f"capacity.{name}") for name in columns],
        *(_beyond_row(one, language) for one in overload.waves),
    ]


def _beyond_row(one: Beyond, language: Language) -> list[str]:
    notation = language.notation
    return [
        factor_text(one.factor, language) + (" ≈" if one.spoiled else ""),
        who_text(one, language),
        notation.number(one.people),
        notation.shortest(one.requests / max(1, one.people), 1),
        notation.number(one.asked_again),
        back_text(one, language),
        _gave_up(one, language),
    ]


def _gave_up(one: Beyond, language: Language) -> str:
    share = one.gave_up_per_100_citizens
    return language.text("amount.none") if share is None else language.notation.shortest(share, 1)


def factor_text(factor: float, language: Language) -> str:
    """So many times the knee."""
    return f"{language.notation.shortest(factor)} ×"


def who_text(one: Beyond, language: Language) -> str:
    """Whether the people of a wave ask again."""
    return language.text("capacity.impatient" if one.impatient else "capacity.patient")


def back_text(one: Beyond, language: Language) -> str:
    """How long after the wave response times were back."""
    if one.back_after_s is None:
        return language.text("capacity.never_back")
    if not one.back_after_s:
        return language.text("capacity.at_once")
    return language.notation.waiting(one.back_after_s)


def storm_sentence(overload: Overload, language: Language) -> str:
    """What asking again adds at the largest wave that was lived both ways; empty where none was."""
    pairs = {one.factor: one for one in overload.waves if not one.impatient}
    storms = [(pairs[one.factor], one) for one in overload.waves if one.impatient and one.factor in pairs]
    if not storms:
        return ""
    patient, storm = storms[-1]
    return language.text(
        "capacity.storm",
        factor=factor_text(storm.factor, language),
        again=storm.asked_again,
        patient=back_text(patient, language),
        impatient=back_text(storm, language),
        stayed=_gave_up(patient, language),
        left=_gave_up(storm, language),
    )


def left_out_sentence(overload: Overload, language: Language) -> str:
    """Which waves were not made; empty where all were."""
    factors = ", ".join(factor_text(one, language) for one in overload.left_out)
    return language.text("capacity.left_out", factors=factors) if factors else ""


def unfit_sentence(overload: Overload, language: Language) -> str:
    """What the mark of a wave means that the generator spoiled; empty where none has it."""
    return language.text("capacity.unfit") if any(one.spoiled for one in overload.waves) else ""
