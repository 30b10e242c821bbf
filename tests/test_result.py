"""The answer as data: summaries, intervals, and the JSON that others read."""

import datetime as dt
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from scenarios.part import Words
from scenarios.policies.batches import Batches
from scenarios.policy_value import policy_value
from scenarios.result import SCHEMA, Provenance, Result, ScenarioRef
from scenarios.summary import summary_of, t975


@pytest.mark.parametrize(
    ("degrees", "published"),
    # The first by integrating the density; (19,) and on from Abramowitz and Stegun, table 26.10.
    [
        (1, 12.7062), (2, 4.30265), (3, 3.18245), (4, 2.77645), (5, 2.57058), (6, 2.44691), (7, 2.36462),
        (8, 2.30600), (9, 2.26216), (10, 2.22814), (19, 2.0930), (30, 2.0423), (120, 1.9799), (10**6, 1.9600),
    ],
)  # fmt: skip
def test_students_t_is_within_its_stated_error(degrees: int, published: float) -> None:
    assert t975(degrees) == pytest.approx(published, abs=1e-4)


def test_an_interval_over_four_runs_is_as_by_hand() -> None:
    summary = summary_of([2.0, 4.0, None, 4.0, 6.0])
    assert summary is not None
    assert (summary.mean, summary.n) == (4.0, 4)
    assert summary.half_width == pytest.approx(3.1824 * math.sqrt(8 / 3) / 2)
    assert (summary.p10, summary.p50, summary.p90) == (2.0, 4.0, 6.0)


def test_one_run_has_no_interval_and_no_run_no_summary() -> None:
    summary = summary_of([3.0])
    assert summary is not None
    assert summary.half_width is None
    assert summary_of([None, None]) is None
    assert summary_of([]) is None


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50))
def test_quantiles_are_values_that_were_seen(values: list[float]) -> None:
    summary = summary_of(values)
    assert summary is not None
    assert {summary.p10, summary.p50, summary.p90} <= set(values)
    assert summary.p10 <= summary.p50 <= summary.p90


def test_the_interval_holds_the_mean_in_19_of_20_cases() -> None:
    chance = np.random.default_rng(7)
    summaries = [summary_of(chance.normal(5.0, 2.0, size=6).tolist()) for _ in range(4000)]
    held = sum(one is not None and abs(one.mean - 5.0) <= (one.half_width or 0) for one in summaries)
    assert 0.94 < held / 4000 < 0.96


def result() -> Result:
    provenance = Provenance(
        command="bolk simulate ci-smoke",
        version="0.1.0",
        commit=None,
        seed=1,
        replications=2,
        plan_sha256=["ab"],
        engine="simpy",
        packages={},
        machine="test",
        started_at="2021-05-03T09:00:00+02:00",
        wall_s=0.1,
    )
    reference = ScenarioRef(name="x", sha256="ab", title=Words(nb="x", en="x"), resolved={})
    policy = policy_value(Batches.of(40, 300.0, dt.time(9, 7)))
    return Result(
        kind="simulate",
        scenario=reference,
        policy=policy,
        metrics={"booked_count": summary_of([1.0, 2.0]), "time_to_first_rejection_s": None},
        thresholds=[],
        verdict="pass",
        provenance=provenance,
    )


def test_a_result_reads_back_from_its_json() -> None:
    assert Result.model_validate_json(result().json_text()) == result()


def test_the_json_has_the_keys_that_others_read() -> None:
    written = json.loads(result().json_text())
    assert written["schema"] == SCHEMA == "bolk.result/1"
    assert written["policy"] == {"batch_size": 40, "pause_s": 300.0, "start": "09:07"}
    assert set(written["metrics"]["booked_count"]) == {"mean", "half_width", "p10", "p50", "p90", "n"}
    assert written["metrics"]["time_to_first_rejection_s"] is None


def test_another_schema_or_an_unknown_key_is_refused() -> None:
    written = json.loads(result().json_text())
    for change in ({"schema": "bolk.result/2"}, {"colour": "red"}):
        with pytest.raises(ValidationError):
            Result.model_validate(written | change)
