"""The picture of a wave: it draws what was counted, with a table behind it and words for those who cannot see."""

import re
from collections.abc import Sequence

import pytest

from reports.blocks import Picture, Table
from reports.language import LANGUAGES, language_of
from reports.notation import LanguageCode
from reports.wave_section import the_wave
from scenarios.attempts import Outcome
from scenarios.columns import columns_of
from scenarios.course import Timeline
from scenarios.inventory import total_capacity
from scenarios.plan import plan_of
from scenarios.result import Result
from scenarios.run import run_of
from simulation.answer import simulated
from tests import a, a_result

CODES = pytest.mark.parametrize("code", LANGUAGES)


@pytest.fixture(scope="module")
def lived() -> Result:
    scenario = a.scenario({"experiment.runs": {"min": 2, "max": 2}})
    return simulated(scenario, scenario.policy, jobs=1, progress=None, command=["bolk"])


def picture(result: Result, code: LanguageCode = "en") -> Picture:
    section = the_wave(result, language_of(code))
    assert section is not None
    block = section.blocks[0]
    assert isinstance(block, Picture)
    return block


def columns(table: Table) -> list[list[int]]:
    rows: Sequence[list[int]] = [[int(re.sub(r"\D", "", cell.lines[0])) for cell in row[1:]] for row in table.rows]
    return [list(column) for column in zip(*rows, strict=True)]


def test_the_table_adds_up_to_what_was_counted_and_what_is_left(lived: Result) -> None:
    sent, opened, tried, confirmed, rejected, free = columns(picture(lived).table)
    assert sum(sent) == 120
    assert sum(opened) >= sum(confirmed) > 0
    assert sum(tried) >= sum(confirmed) + sum(rejected) > sum(confirmed)
    assert free[-1] == total_capacity(a.scenario()) - sum(confirmed)
    assert free == sorted(free, reverse=True)
    assert len(free) <= 15


def test_the_timeline_counts_every_reservation_when_it_was_sent() -> None:
    from simulation.replication import simulate

    scenario = a.scenario()
    plan = plan_of(scenario, scenario.policy, 0)
    attempts = simulate(scenario, plan)
    timeline = run_of(scenario, plan, columns_of(attempts), with_timeline=True, horizon_s=1e6).timeline
    assert timeline is not None
    assert timeline.tried[-1] == sum(one.reserved_s is not None for one in attempts)
    answered = sum(one.outcome in (Outcome.CONFIRMED, Outcome.REJECTED) for one in attempts)
    assert timeline.tried[-1] >= answered


@CODES
def test_the_drawing_names_every_strip_and_says_in_words_what_it_shows(lived: Result, code: LanguageCode) -> None:
    drawn, language = picture(lived, code), language_of(code)
    for name in ("sent", "opened", "tried", "confirmed", "rejected", "free"):
        assert language.text(f"wave.{name}") in drawn.svg
    assert 'role="img"' in drawn.svg
    assert "<title" in drawn.svg
    assert language.text("wave.what") in drawn.svg
    assert "bekreftet" in drawn.title or "confirmed" in drawn.title


def test_rejections_are_hatched_and_not_told_by_colour_alone(lived: Result) -> None:
    assert "<pattern" in picture(lived).svg


def test_the_same_result_gives_the_same_drawing(lived: Result) -> None:
    assert picture(lived).svg == picture(lived).svg


def test_steps_are_whole_minutes_where_they_can_be(lived: Result) -> None:
    assert "2\u00a0minutes" in picture(lived).title


def test_a_result_that_does_not_say_when_people_tried_has_no_wave() -> None:
    result = a_result.simulated()
    timeline = result.timeline
    assert timeline is not None
    old = Timeline.model_validate(timeline.model_dump(exclude={"tried"}))
    none = timeline.model_copy(update={"tried": [0] * len(timeline.tried)})
    for one in (old, none, None):
        assert the_wave(result.model_copy(update={"timeline": one}), language_of("nb")) is None
