"""`bolk calibrate --loadtest` reads the work off a load test, and refuses one in which requests waited in line."""

import math
import re
from typing import Any

import numpy as np
import pytest

from loadtests.figures import ladder_of
from reports.calibration_page import calibration_html
from reports.calibration_screen import calibration_screen
from reports.language import LANGUAGES
from reports.notation import LanguageCode
from scenarios.calibration import Calibration
from scenarios.evidence import MeasuredPlatform
from scenarios.figures import Figures, OperationFigures
from scenarios.result import Result
from simulation.calibration.service import TooLittleLight, platform_learnt
from tests import a, a_result

WORK = {"login": (0.08, 0.5), "books": (0.02, 0.5), "days": (0.03, 0.5), "slots": (0.04, 0.5), "reserve": (0.06, 0.5)}


def lived(count: int = 400, step_s: float = 60.0, steps: int = 10, **more: Any) -> Result:
    """A load test in which so many asked for each page, evenly, and nobody waited."""
    rng = np.random.default_rng(11)
    operations: list[OperationFigures] = []
    for name, (median_s, sigma) in WORK.items():
        taken_s = median_s * np.exp(sigma * rng.standard_normal(count))
        ended = [count // steps] * steps
        operations.append(
            OperationFigures(
                operation=name, count=count, errors=0, abandoned=0, ladder=ladder_of(taken_s, taken_s), ended=ended
            )
        )
    figures = Figures(step_s=step_s, operations=operations, outcomes={}, free=[0] * steps)
    result = a_result.load_tested()
    assert result.measurement is not None
    measurement = result.measurement.model_copy(update={"speedup": 1.0, "figures": figures} | more)
    return result.model_copy(update={"measurement": measurement})


def test_the_work_is_found_again_and_the_scenario_says_whose_it_was() -> None:
    scenario = a.scenario({"platform.workers": 8})
    platform, changes = platform_learnt(scenario, lived(), "result", own_system=True)
    found = {one.operation: one.median_s for one in platform.requests}
    assert found == pytest.approx({name: median_s for name, (median_s, _) in WORK.items()}, rel=0.1)
    assert platform.sigma == pytest.approx(0.5, rel=0.1)
    assert changes["evidence.platform"] == f'"{MeasuredPlatform.OWN}"'
    assert set(changes) == {
        "platform.login.service_time", "platform.service_time.books", "platform.service_time.days",
        "platform.service_time.slots", "platform.service_time.reserve", "platform.sigma", "evidence.platform",
    }  # fmt: skip


def test_how_busy_it_was_is_the_work_over_the_workers() -> None:
    platform, _ = platform_learnt(
        a.scenario({"platform.workers": 2, "platform.login.workers": 99}), lived(), "result", own_system=False
    )
    mean = sum(median_s for name, (median_s, _) in WORK.items() if name != "login") * math.exp(0.125)
    assert platform.busy == pytest.approx(40 * mean / 60 / 2, rel=0.1)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_screen_and_the_page_say_the_work_of_every_request(code: LanguageCode) -> None:
    scenario = a.scenario()
    platform, changes = platform_learnt(scenario, lived(), "result", own_system=False)
    calibration = Calibration(scenario=a_result.scenario_ref(scenario), platform=platform, changes=changes)
    for said in (calibration_screen(calibration, code), calibration_html(calibration, code)):
        assert "400 " in said
        assert "platform.service_time.books" in said


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (a_result.simulated(), "this is no load test"),
        (lived(speedup=20.0), "Run it with --speedup 1"),
        (lived(count=40), "no page was asked for 50 times"),
        (lived(count=40_000), "of the workers were busy"),
    ],
)
def test_a_load_test_that_says_nothing_of_the_work_alone_is_refused_with_the_way_to_a_better_one(
    result: Result, said: str
) -> None:
    with pytest.raises(TooLittleLight, match=re.escape(said)):
        platform_learnt(a.scenario(), result, "result", own_system=False)
