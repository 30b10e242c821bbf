"""The figures of a load test: exact ranks of observed times, on two clocks, and nothing is lost."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from loadtests.figures import NAMED_SHARES, figures_of, ladder_of
from reports.blocks import Fold, Picture, Section
from reports.figures_rows import at, operation_rows
from reports.figures_section import the_figures
from reports.language import LANGUAGES, language_of
from reports.notation import LanguageCode
from scenarios.attempts import Attempt, Operation, Outcome, Request, Status
from scenarios.columns import columns_of
from scenarios.figures import ANSWER, EVERYTHING, OperationFigures
from scenarios.plan import plan_of
from scenarios.run import run_of
from simulation.replication import simulate
from tests import a, a_result

SECONDS = st.lists(st.floats(0, 100).map(lambda value: round(value, 3)), min_size=1, max_size=1200)


@example([0.0] * 9 + [1.0])  # the share of 0.9 is just one sample short of all
@given(SECONDS)
def test_a_rung_is_the_least_observed_time_with_its_share_at_or_below(seconds: list[float]) -> None:
    ladder = ladder_of(np.array(seconds), np.array(seconds))
    for share in NAMED_SHARES:
        rung = at(ladder, share)
        exact = sorted(seconds)[max(0, math.ceil(Fraction(str(share)) * len(seconds)) - 1)]
        assert (rung.service_s, rung.response_s) == (exact, exact)
    assert ladder[-1].share == 1
    assert ladder[-1].service_s == max(seconds)
    assert [rung.share for rung in ladder] == sorted({rung.share for rung in ladder})


def request(operation: Operation, planned_s: float, lag_s: float, took_s: float, status: Status = Status.OK) -> Request:
    return Request(operation, planned_s, planned_s + lag_s, planned_s + lag_s + took_s, status)


def test_a_request_that_left_late_is_long_on_the_clock_of_the_citizen_alone() -> None:
    late = Attempt(
        citizen=0, number=1, planned_s=0.0, ended_s=4.25, outcome=Outcome.FAILED, book=None, asked=None, slot=None,
        reserved_s=None, requests=(request(Operation.LOGIN, 0.0, 4.0, 0.25, Status.FAILED),),
    )  # fmt: skip
    login = figures_of(columns_of([late]), 10).of("login")
    assert login is not None
    assert (at(login.ladder, 0.5).service_s, at(login.ladder, 0.5).response_s) == (0.25, 4.25)
    assert (login.count, login.errors, login.abandoned) == (1, 1, 0)


def test_the_wait_for_an_answer_counts_from_the_page_that_sent_the_reservation_first() -> None:
    sent_again = (
        request(Operation.RESERVE, 10.0, 1.0, 5.0, Status.ABANDONED),
        request(Operation.RESERVE, 16.0, 0.0, 2.0),
        request(Operation.INBOX, 20.0, 0.0, 0.5),
    )
    attempt = Attempt(
        citizen=3, number=1, planned_s=0.0, ended_s=20.5, outcome=Outcome.CONFIRMED, book="b", asked="t", slot="s",
        reserved_s=11.0, requests=sent_again,
    )  # fmt: skip
    answer = figures_of(columns_of([attempt]), 10).of(ANSWER)
    assert answer is not None
    assert (answer.count, at(answer.ladder, 1.0).service_s, at(answer.ladder, 1.0).response_s) == (1, 9.5, 10.5)


def test_figures_agree_with_the_measures_of_the_same_record_and_lose_nothing() -> None:
    scenario = a.scenario()
    plan = plan_of(scenario, scenario.policy, 0)
    record = columns_of(simulate(scenario, plan))
    run = run_of(scenario, plan, record, with_timeline=False)
    figures = figures_of(record, 144)
    everything, answer = figures.of(EVERYTHING), figures.of(ANSWER)
    assert everything is not None
    assert answer is not None
    for percent in (50, 95, 99):
        assert at(everything.ladder, percent / 100).response_s == run.measures[f"response_time_p{percent}_s"]
    for percent in (50, 95):
        assert at(answer.ladder, percent / 100).service_s == run.measures[f"confirmation_time_p{percent}_s"]
    assert {name: sum(counts) for name, counts in figures.outcomes.items()} == run.outcomes
    assert figures.free[-1] == run.measures["unfilled_slots_count"]
    asked = [one for one in figures.operations if one.operation not in (EVERYTHING, ANSWER)]
    assert sum(one.count for one in asked) == everything.count == sum(everything.ended)
    assert len({len(one.ended) for one in figures.operations} | {len(figures.free)}) == 1


def test_a_record_of_nothing_has_figures_of_nothing() -> None:
    figures = figures_of(columns_of([]), 5)
    assert (figures.operations, figures.outcomes, figures.free) == ([], {}, [5])


def section(code: LanguageCode) -> Section:
    found = the_figures(a_result.load_tested(), language_of(code))
    assert found is not None
    return found


def pictures(one: Section) -> list[Picture]:
    inner = [block for fold in one.blocks if isinstance(fold, Fold) for block in fold.blocks]
    return [block for block in (*one.blocks, *inner) if isinstance(block, Picture)]


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_page_shows_percentiles_outcomes_and_requests_each_with_its_numbers(code: LanguageCode) -> None:
    drawn = pictures(section(code))
    assert len(drawn) == 4
    assert all(one.table.rows for one in drawn)
    assert len({one.title for one in drawn}) == 4


def test_the_table_of_outcomes_adds_up_to_the_record() -> None:
    table = next(one.table for one in pictures(section("en")) if "confirmed" in one.title)
    confirmed = sum(int(row[1].lines[0].replace(",", "")) for row in table.rows)
    assert confirmed == sum(a_result.figures().outcomes["CONFIRMED"])


def test_the_screen_names_both_clocks_and_every_operation_once() -> None:
    head, *rows = operation_rows(a_result.figures(), language_of("en"))
    assert head[3:] == ["Service 50%", "99%", "Response 50%", "95%", "99%", "longest"]
    assert [row[0] for row in rows][:2] == ["all requests", "log-in"]
    assert rows[-1][0] == "sent to answered"


def test_a_result_without_figures_has_no_section_of_them() -> None:
    old = a_result.load_tested()
    assert old.measurement is not None
    bare = old.model_copy(update={"measurement": old.measurement.model_copy(update={"figures": None})})
    assert the_figures(bare, language_of("nb")) is None


def test_a_plot_of_one_sample_can_be_drawn() -> None:
    one = OperationFigures(
        operation="login", count=1, errors=0, abandoned=0, ladder=ladder_of(np.array([0.0]), np.array([0.0])), ended=[1]
    )
    result = a_result.load_tested()
    assert result.measurement is not None
    figures = a_result.figures().model_copy(
        update={"operations": [one.model_copy(update={"operation": EVERYTHING}), one], "free": [3], "outcomes": {}}
    )
    measurement = result.measurement.model_copy(update={"figures": figures})
    assert the_figures(result.model_copy(update={"measurement": measurement}), language_of("nb")) is not None
