"""The model against theory, as it is said: a line for each law, the verdict, the sources, and the exit code."""

import json
import re
from typing import get_args

import pytest
from click.testing import CliRunner

from bolk import cli
from reports.language import LANGUAGES, language_of
from reports.notation import LanguageCode
from reports.validation_screen import validation_screen
from scenarios.law_check import Family, Law, LawCheck, Quantity, Validation
from simulation import validation

CODES = pytest.mark.parametrize("code", LANGUAGES)


def a_check(model: float, error: float = 0.01) -> LawCheck:
    return LawCheck(
        law="first_free", quantity="rejected_share", family="erlang_2", parameters={"a": 0.5}, theory=0.25, model=model,
        standard_error=error, reference="a book",
    )  # fmt: skip


AGREES = Validation(seed=7, checks=[a_check(0.26), a_check(0.25, 0.0)])
DIFFERS = Validation(seed=7, checks=[a_check(0.26), a_check(0.3), a_check(0.25 + 1e-9, 0.0)])


@CODES
def test_every_law_quantity_and_family_has_words(code: LanguageCode) -> None:
    wanted = {f"law.{one}" for one in get_args(Law)}
    wanted |= {f"law_quantity.{one}" for one in get_args(Quantity)} | {f"law_family.{one}" for one in get_args(Family)}
    assert wanted <= set(language_of(code).messages)


WIDEST = Validation(
    seed=7,
    checks=[
        a_check(0.24321).model_copy(
            update={"law": law, "family": "hyperexponential", "parameters": {"c": 3.0, "n": 3000.0}}
        )
        for law in get_args(Law)
    ],
)


@CODES
def test_the_screen_is_plain_text_that_fits(code: LanguageCode) -> None:
    for one in (AGREES, DIFFERS, WIDEST):
        screen = validation_screen(one, code)
        assert screen.endswith("\n")
        assert not screen.endswith("\n\n")
        assert not re.search(r"[ \t]\n|\{\w+\}|None|\u00a0|\x1b", screen)
        assert max(len(line) for line in screen.splitlines()) <= 120


def test_a_line_says_theory_model_difference_and_standard_errors() -> None:
    row = next(line for line in validation_screen(AGREES).splitlines() if "✓" in line)
    assert row.split()[-4:] == ["0.2500", "0.2600", "0.01000", "1.0"]


def test_a_law_that_does_not_agree_is_marked_and_counted() -> None:
    screen = validation_screen(DIFFERS)
    assert screen.count("✗") == 2
    assert "2 of 3 do not agree." in screen
    assert "2 av 3 stemmer ikke." in validation_screen(DIFFERS, "nb")


@pytest.mark.parametrize(("answer", "code"), [(AGREES, 0), (DIFFERS, 1)])
def test_the_exit_code_is_the_verdict(answer: Validation, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def known(*_: object) -> Validation:
        return answer

    monkeypatch.setattr(validation, "validated", known)
    said = CliRunner().invoke(cli, ["simulate", "--validate", "--json", "--progress", "none"], standalone_mode=False)
    assert said.return_value == code
    parsed = json.loads(said.stdout)
    assert parsed["schema"] == "bolk.validation/1"
    assert parsed["agrees"] is (code == 0)
    assert parsed["checks"][0]["standard_errors"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    "words", [["simulate"], ["simulate", "ci-smoke", "--validate"], ["simulate", "--validate", "--trace", "1"]]
)
def test_a_scenario_or_the_laws_and_not_both(words: list[str]) -> None:
    said = CliRunner().invoke(cli, words)
    assert said.exit_code == 2
    assert "give a SCENARIO, or --validate alone" in said.stderr
