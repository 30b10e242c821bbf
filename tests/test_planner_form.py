"""The planner's form: read kindly, refused in the reader's language, and a scenario that files would give."""

import datetime as dt
import string
import tomllib
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.planner.answers import Answers, answers_of
from reports.planner.form import form_of
from reports.planner.question import Asked, asked_in, question_toml
from reports.planner.raw import DEFAULTS, changed, next_sending_day, raw_of
from reports.planner.words import language_asked, words_of
from scenarios.inventory import total_capacity, total_invited
from scenarios.reading import scenario_of, sha256_of
from scenarios.scenario import Scenario
from scenarios.sense import warnings_of
from scenarios.source import Document, document_in

TODAY = dt.date(2026, 11, 24)
ENOUGH = {"invited": "2 000", "slots": "1 680"}


def asked(**fields: str) -> Asked:
    found = asked_in(raw_of({**ENOUGH, **fields}, TODAY))
    assert isinstance(found, Asked), found
    return found


def refused(**fields: str) -> dict[str, str]:
    found = asked_in(raw_of({**ENOUGH, **fields}, TODAY))
    assert not isinstance(found, Asked)
    return form_of(raw_of(fields, TODAY), words_of("nb"), found).errors


@pytest.mark.parametrize("written", ["2000", "2 000", "2.000", "2,000", "2\u00a0000"])
def test_a_number_is_read_however_people_group_it(written: str) -> None:
    assert total_invited(asked(invited=written).question) == 2000


def test_a_municipality_and_an_age_group_give_the_number() -> None:
    found = asked(invited="", municipality="eigersund", age_from="45", age_to="54")
    assert (found.answers.counted, total_invited(found.question)) == (True, 2020)
    assert found.question.title.nb == "Eigersund, 45–54 år"
    assert total_invited(asked(municipality="eigersund", age_from="45", age_to="54", invited="900").question) == 900
    assert asked(municipality="Bydel Storhaug").question.title.nb == "Bydel Storhaug, 2000 SMS"


def test_neighbours_start_at_minutes_of_their_own() -> None:
    starts = {asked(municipality=name).answers.start for name in ("Eigersund", "Bjerkreim", "Sokndal", "Lund")}
    assert len(starts) == 4
    assert all(dt.time(9) < one < dt.time(9, 30) for one in starts)


def test_every_field_that_is_wrong_is_said_at_once_and_beside_itself() -> None:
    errors = refused(invited="mange", slots="0", date="17.05.2027", **{"from": "9", "to": "9.20"}, uptake="300")
    assert list(errors) == ["invited", "slots", "date", "to", "uptake"]
    assert errors["invited"] == "Skriv et tall, for eksempel 2 000. «mange» er ikke et tall."
    assert errors["date"] == "Velg en annen dag: dette er en søndag eller en helligdag."
    assert refused(invited="", municipality="Eigersundd", age_from="45", age_to="54") == {
        "municipality": "Vi finner ikke «Eigersundd» blant kommunene. Sjekk skrivemåten, eller skriv antallet."
    }
    assert list(refused(invited="", age_from="45", age_to="11")) == ["age_to"]


@given(
    slots=st.integers(1, 20_000),
    days=st.integers(1, 60),
    each=st.booleans(),
    places=st.integers(1, 200),
    books=st.integers(1, 20),
    length=st.integers(1, 120),
)
@settings(max_examples=60, deadline=None)
def test_there_are_exactly_as_many_appointments_as_were_written(
    slots: int, days: int, each: bool, places: int, books: int, length: int
) -> None:
    count = {"slots_kind": "per_day", "per_day": str(max(1, slots // days)), "days": str(days)}
    shape = {"places": str(places), "books": str(books), "length": str(length)}
    question = asked(**(count if each else {"slots": str(slots)}), **shape).question
    assert total_capacity(question) == (max(1, slots // days) * days if each else slots)


_TEXT = st.one_of(
    st.text(max_size=70), st.sampled_from(["all", "batches", "cohorts", "9", "12:30", "50", "0", "older"])
)


@given(st.dictionaries(st.sampled_from(list(raw_of({}, TODAY))), _TEXT))
@settings(max_examples=60, deadline=None)
def test_whatever_is_written_there_is_a_question_or_a_reason(fields: dict[str, str]) -> None:
    raw = raw_of({**ENOUGH, **fields}, TODAY)
    found = asked_in(raw)
    view = form_of(raw, words_of("en"), () if isinstance(found, Asked) else found)
    assert isinstance(found, Asked) or view.summary


def test_the_question_is_a_file_that_reads_back_to_the_same_question() -> None:
    question = asked(municipality="Eigersund", age_from="45", age_to="54", invited="", today="batches", batch="300",
                     pause="20", others="many", first="always").question  # fmt: skip
    document = document_in(question_toml(question), "scenario.toml")
    assert isinstance(document, Document)
    again = scenario_of(document)
    assert isinstance(again, Scenario)
    assert sha256_of(again) == sha256_of(question)
    assert warnings_of(asked().question) == ()


def test_what_was_changed_under_the_fold_is_told_apart_from_the_usual() -> None:
    raw = raw_of({**ENOUGH, "uptake": "60", "first": "always"}, TODAY)
    assert changed(raw) == ["uptake", "first"]
    view = form_of(raw, words_of("nb"))
    assert view.open
    assert view.changed[0] == "Så mange vil ha time, av 100: 60 (vanlig: 80)"
    assert isinstance(answers_of(raw_of({**ENOUGH, **DEFAULTS}, TODAY)), Answers)


def test_the_form_begins_with_a_weekday_on_which_sms_are_sent() -> None:
    assert next_sending_day(dt.date(2026, 12, 24)) == dt.date(2026, 12, 28)
    assert next_sending_day(dt.date(2027, 5, 14)) == dt.date(2027, 5, 18)


def test_the_two_languages_say_the_same_things_with_the_same_figures() -> None:
    def flat(table: dict[str, Any], prefix: str = "") -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for key, value in table.items():
            if isinstance(value, dict):
                found |= flat(value, f"{prefix}{key}.")  # pyright: ignore[reportUnknownArgumentType]
            else:
                found[prefix + key] = {name for _, name, _, _ in string.Formatter().parse(str(value)) if name}
        return found

    folder = files("reports.planner")
    nb, en = (flat(tomllib.loads(folder.joinpath(f"{code}.toml").read_text("utf-8"))) for code in ("nb", "en"))
    assert nb == en
    templates = "".join(one.read_text("utf-8") for one in folder.iterdir() if one.name.endswith((".html", ".py")))
    loose = {"choice", "field", "hint", "error", "dots", "answer", "job", "wait", "page", "form"}
    assert [key for key in nb if key not in templates and key.partition(".")[0] not in loose | {"changed"}] == []


def test_a_browser_is_answered_in_the_language_it_prefers() -> None:
    assert language_asked("en", "nb", "nb") == "en"
    assert language_asked(None, "nn-NO,en;q=0.5", "en") == "nb"
    assert language_asked(None, "de,fr", "en") == "en"
