"""The two catalogues say the same things; numbers and dates are written as CLDR has them; rounding keeps its rules."""

import ast
import datetime as dt
import re
import string
from importlib.resources import files
from pathlib import Path

import pytest
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, format_percent, get_minus_sign_symbol
from babel.units import format_unit
from hypothesis import given
from hypothesis import strategies as st

import reports
from reports.amounts import exact, rough, significant_decimals, told_apart, typical
from reports.language import LANGUAGES, language_of
from reports.limits import Nature, limit_text, nature_of
from reports.notation import LanguageCode, Notation
from scenarios.attempts import Outcome
from scenarios.measures import MEASURES
from scenarios.summary import summary_of
from scenarios.thresholds import threshold_of

NB, EN = language_of("nb"), language_of("en")
LOCALES: dict[LanguageCode, str] = {"nb": "nb_NO", "en": "en_GB"}
CODES = pytest.mark.parametrize("code", LANGUAGES)


def placeholders(message: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(message) if name}


def test_both_catalogues_have_the_same_messages() -> None:
    assert set(NB.messages) == set(EN.messages)


def test_no_message_is_empty_or_untrimmed() -> None:
    assert [key for one in (NB, EN) for key, said in one.messages.items() if not said or said != said.strip()] == []


def test_a_message_has_the_same_placeholders_in_both_languages() -> None:
    differ = [key for key, said in NB.messages.items() if placeholders(said) != placeholders(EN.messages[key])]
    assert differ == []


def test_singular_and_plural_come_in_pairs() -> None:
    alone = [key for key in NB.messages if key.endswith(".one") and f"{key[:-4]}.other" not in NB.messages]
    assert alone == []


def patterns() -> list[re.Pattern[str]]:
    """Every text in the code and the template that could be a message id; what is filled in matches anything."""
    found: set[str] = set()
    for path in Path(str(files(reports))).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(re.escape(node.value))
            elif isinstance(node, ast.JoinedStr):
                parts = [
                    re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"[\w]+" for part in node.values
                ]
                found.add("".join(parts))
    for template in Path(str(files(reports))).glob("*.html"):
        asked_for = re.findall(r"tr\([\"']([\w.]+)[\"']\)", template.read_text(encoding="utf-8"))
        found |= {re.escape(key) for key in asked_for}
    return [re.compile(rf"{one}(\.one|\.other)?") for one in found if re.search(r"\w\\?\.", one)]


def test_every_message_is_used() -> None:
    asked_for = patterns()
    assert [key for key in NB.messages if not any(one.fullmatch(key) for one in asked_for)] == []


@pytest.mark.parametrize("group", ["name", "definition"])
def test_every_measure_is_named_and_defined(group: str) -> None:
    assert [name for name in MEASURES if f"measure.{name}.{group}" not in NB.messages] == []
    assert [name for name in MEASURES if f"reason.{name}" not in NB.messages] == []


def test_every_outcome_and_kind_of_limit_has_words() -> None:
    assert {f"outcome.{one}" for one in Outcome} | {f"nature.{one}" for one in Nature} <= set(NB.messages)
    assert {nature_of(name) for name in MEASURES} == set(Nature)


def test_an_unknown_message_or_a_missing_value_is_refused() -> None:
    with pytest.raises(KeyError):
        NB.text("no.such.message")
    with pytest.raises(KeyError):
        NB.text("headline.too_few_slots")


def test_counts_choose_between_one_and_other() -> None:
    assert NB.text("schedule.rest", count=1) == "Vis den siste bolken"
    assert NB.text("schedule.rest", count=1234) == "Vis de siste 1\u00a0234 bolkene"


@CODES
@given(value=st.decimals(-10_000_000, 10_000_000, places=4), decimals=st.integers(0, 3))
def test_numbers_are_written_as_babel_writes_them(code: LanguageCode, value: object, decimals: int) -> None:
    number = float(str(value))
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    expected = format_decimal(number, format=pattern, locale=LOCALES[code])
    if not re.search(r"[1-9]", expected):
        expected = expected.lstrip("-")  # nobody writes minus nothing
    expected = expected.replace("-", get_minus_sign_symbol(LOCALES[code]))
    assert Notation(code).number(number, decimals) == expected


@CODES
@given(whole=st.integers(0, 1000))
def test_percentages_are_written_as_babel_writes_them(code: LanguageCode, whole: int) -> None:
    expected = format_percent(
        whole / 1000, format="#,##0.#" + ("%" if code == "en" else "\u00a0%"), locale=LOCALES[code]
    )
    assert Notation(code).percent(whole / 1000) == expected


@CODES
@given(moment=st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2099, 12, 31)))  # noqa: DTZ001 (text only)
def test_dates_are_written_as_babel_writes_them(code: LanguageCode, moment: dt.datetime) -> None:
    notation, locale = Notation(code), LOCALES[code]
    assert notation.day(moment) == format_date(moment, "long", locale=locale)
    assert notation.short_day(moment) == format_date(moment, "dd.MM.y" if code == "nb" else "short", locale=locale)
    assert notation.weekday(moment) == format_date(moment, "EEEE", locale=locale)
    at = "d. MMMM y, 'kl'. HH:mm" if code == "nb" else "d MMMM y, HH:mm"
    assert notation.moment(moment.replace(second=0)) == format_datetime(moment, at, locale=locale)


@CODES
@pytest.mark.parametrize(("unit", "size", "most"), [("hour", 3600, 30), ("minute", 60, 59), ("second", 1, 59)])
def test_lengths_of_one_unit_are_written_as_babel_writes_them(
    code: LanguageCode, unit: str, size: int, most: int
) -> None:
    for count in range(1, most + 1):
        expected = format_unit(count, f"duration-{unit}", locale=LOCALES[code]).replace(" ", "\u00a0")
        assert Notation(code).duration(count * size) == expected


@pytest.mark.parametrize(
    ("seconds", "nb", "en"),
    [
        (0, "0 sekunder", "0 seconds"),
        (90, "1 min 30 s", "1 min 30 s"),
        (8100, "2 timer 15 min", "2 h 15 min"),
        (5400, "1 time 30 min", "1 h 30 min"),
        (7199, "2 timer", "2 hours"),
        (3599.7, "1 time", "1 hour"),
    ],
)
def test_mixed_lengths_are_short(seconds: float, nb: str, en: str) -> None:
    assert [Notation(code).duration(seconds).replace("\u00a0", " ") for code in LANGUAGES] == [nb, en]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0,0 s"), (0.0004, "0,4 ms"), (0.012, "12 ms"), (0.94, "0,9 s"), (11.4, "11 s"), (125, "2 min 5 s")],
)
def test_measured_times_are_written_briefly(seconds: float, words: str) -> None:
    assert NB.notation.waiting(seconds).replace("\u00a0", " ") == words


def test_the_format_of_the_guide_is_kept() -> None:
    moment = dt.datetime(2021, 5, 3, 9, 7, tzinfo=dt.UTC)
    assert NB.notation.moment(moment) == "3. mai 2021, kl. 09:07"
    assert EN.notation.moment(moment) == "3 May 2021, 09:07"


REJECTED = "rejections_per_100_citizens"


def test_nothing_in_any_run_is_said_with_the_number_of_runs() -> None:
    assert typical(NB, REJECTED, summary_of([0.0] * 200)) == "ingen i 200 kjøringer"
    assert typical(EN, REJECTED, summary_of([0.0])) == "none in 1 run"


def test_less_than_one_of_a_hundred_is_never_rounded_to_none() -> None:
    assert typical(NB, REJECTED, summary_of([0.0] * 39 + [0.9])) == "under 1"
    assert typical(NB, REJECTED, summary_of([0.3, 0.4, 0.9])) == "under 1"
    assert typical(NB, REJECTED, summary_of([0.2, 0.4, 3.1])) == "under 1 (høyst 3)"


def test_people_are_whole_and_the_range_stands_in_brackets() -> None:
    assert typical(NB, REJECTED, summary_of([15.2, 16.9, 19.6])) == "17 (15–20)"
    assert typical(NB, REJECTED, summary_of([16.8, 16.9, 17.1])) == "17"


def test_a_measure_without_value_says_so() -> None:
    assert typical(NB, "time_to_first_rejection_s", None) == "ingen verdi"


@given(value=st.floats(0.0001, 99.9))
def test_what_happened_never_reads_as_zero(value: float) -> None:
    assert rough(NB, REJECTED, value, seen=True) != "0"


def test_digits_stop_where_the_half_width_begins() -> None:
    assert [significant_decimals(one) for one in (0.2, 3, 0.04, 0.999, 12)] == [1, 0, 2, 1, 0]
    summary = summary_of([2.31, 2.52, 2.44, 2.36])
    assert summary is not None
    assert exact(NB, REJECTED, summary.model_copy(update={"mean": 2.4067, "half_width": 0.21})) == "2,4 ± 0,2"
    assert (
        exact(NB, "error_rate", summary.model_copy(update={"mean": 0.02067, "half_width": 0.0008}))
        == "2,07 ± 0,08\u00a0%"
    )
    same = summary.model_copy(update={"mean": -14.4, "half_width": 2e-15})
    assert exact(NB, REJECTED, same) == "−14,4"


@given(limit=st.integers(0, 50), over=st.floats(0.001, 0.4))
def test_a_value_beyond_its_limit_never_reads_as_the_limit(limit: int, over: float) -> None:
    assert told_apart(NB, REJECTED, limit + over, limit) != str(limit)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("p90(rejections_per_100_attempts) <= 25", "høyst 25 i minst 9 av 10 kjøringer"),
        ("max(double_bookings) == 0", "0 i hver kjøring"),
        ("max(error_rate) <= 0.1 %", "høyst 0,1\u00a0% i hver kjøring"),
        ("p90(response_time_p95_s) <= 2 s", "høyst 2\u00a0s i minst 9 av 10 kjøringer"),
        ("mean(booked_count) >= 1500", "minst 1\u00a0500 i snitt"),
        ("min(booked_count) > 9", "over 9 i hver kjøring"),
        ("p50(response_time_p50_s) < 1 s", "under 1\u00a0s i minst halvparten av kjøringene"),
    ],
)
def test_limits_are_said_in_words(expression: str, words: str) -> None:
    assert limit_text(NB, threshold_of(expression)) == words
