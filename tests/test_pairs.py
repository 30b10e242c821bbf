"""Two ways of sending run by run on the same chance: the difference, its interval, and what may be compared."""

import datetime as dt
import json
import math
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from click.testing import Result as Said
from hypothesis import given
from hypothesis import strategies as st

from bolk import House, cli
from scenarios.comparison import PairedDifference
from scenarios.measures import MEASURES
from scenarios.pairs import NotComparable, compared, paired
from scenarios.policies.batches import Batches
from scenarios.policy import Policy
from scenarios.result import Result
from simulation.answer import simulated
from tests import a, a_result

ALL = Batches.of("all", 0.0, dt.time(9, 7))
COUNT = "booked_count"


def _simulated(policy: Policy | None = None, changes: dict[str, Any] | None = None) -> Result:
    scenario = a.scenario({"experiment.runs": {"min": 2, "max": 16}, **(changes or {})})
    return simulated(scenario, policy or scenario.policy, jobs=1, progress=None, command=["bolk"])


def _of(found: dict[str, PairedDifference | None], measure: str) -> PairedDifference:
    difference = found[measure]
    assert difference is not None
    return difference


def test_a_difference_over_four_pairs_is_as_by_hand() -> None:
    found = _of(paired({COUNT: [5.0, 7.0, None, 9.0, 8.0]}, {COUNT: [4.0, 5.0, 3.0, 6.0, 6.0, 99.0]}), COUNT)
    assert (found.mean, found.n) == (2.0, 4)
    assert found.half_width == pytest.approx(3.1824 * math.sqrt(2 / 3) / 2)
    assert found.half_width_apart == pytest.approx(3.1824 * math.hypot(1.7078, 0.9574) / 2, rel=1e-3)
    assert found.shown == "higher"


def test_a_difference_is_shown_only_where_its_interval_leaves_out_nothing() -> None:
    assert _of(paired({COUNT: [1.0, 2.0]}, {COUNT: [2.0, 4.0]}), COUNT).shown == "none"
    assert _of(paired({COUNT: [1.0, 2.0]}, {COUNT: [2.0, 3.0]}), COUNT).shown == "lower"
    assert _of(paired({COUNT: [1.0]}, {COUNT: [2.0]}), COUNT).shown == "none"
    assert paired({COUNT: [None]}, {COUNT: [2.0]}) == {COUNT: None}


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)), min_size=1, max_size=20))
def test_the_other_way_round_is_the_other_sign(pairs: list[tuple[float, float]]) -> None:
    first, second = ([pair[side] for pair in pairs] for side in (0, 1))
    one, other = (_of(paired({COUNT: x}, {COUNT: y}), COUNT) for x, y in ((first, second), (second, first)))
    assert one.mean == -other.mean
    assert one.half_width == other.half_width
    assert {one.shown, other.shown} in ({"none"}, {"lower", "higher"})


def test_the_same_chance_makes_the_interval_narrower_than_separate_chance() -> None:
    plan, at_once, elsewhere = _simulated(), _simulated(ALL), _simulated(ALL, {"experiment.seed": 8})
    for measure, narrower in (("rejections_per_100_attempts", 0.75), (COUNT, 0.4)):
        same = _of(paired(plan.samples, at_once.samples), measure).half_width
        apart = _of(paired(plan.samples, elsewhere.samples), measure).half_width
        assert same is not None
        assert apart is not None
        assert same < narrower * apart


def test_against_is_what_two_results_compared_give() -> None:
    scenario = a.scenario({"experiment.runs": {"min": 2, "max": 6}})
    both = simulated(scenario, scenario.policy, jobs=1, progress=None, command=["bolk"], against=ALL)
    alone = [simulated(scenario, one, jobs=1, progress=None, command=["bolk"]) for one in (scenario.policy, ALL)]
    assert both.comparison is not None
    apart = compared(*alone)
    assert list(apart.differences) == list(MEASURES)
    assert both.comparison.differences == apart.differences
    assert (both.comparison.first, both.comparison.second) == (apart.first, apart.second)
    assert both.metrics == alone[0].metrics


def test_the_keys_that_are_not_the_same_are_named() -> None:
    assert compared(_simulated(), _simulated(None, {"platform.workers": 3})).changed == ["platform.workers"]


def test_results_that_cannot_be_paired_are_refused_with_the_way_out() -> None:
    result = a_result.simulated()
    provenance = result.provenance
    others = {
        "takes two of bolk simulate": a_result.load_tested(),
        "run it again: bolk simulate": result.model_copy(
            update={"provenance": provenance.model_copy(update={"partial": True})}
        ),
        "run one again with --seed": result.model_copy(
            update={"provenance": provenance.model_copy(update={"seed": 7})}
        ),
    }
    for said, other in others.items():
        with pytest.raises(NotComparable, match=said):
            compared(result, other)


def test_the_command_prints_the_differences_and_refuses_what_cannot_be_paired(tmp_path: Path) -> None:
    results = {"plan": _simulated(), "at_once": _simulated(ALL), "other": _simulated(None, {"experiment.seed": 8})}
    for name, result in results.items():
        (tmp_path / f"{name}.json").write_text(result.json_text(), encoding="utf-8")

    def compare(*words: str) -> Said:
        return CliRunner().invoke(cli, ["compare", *words], obj=House())

    plan, at_once, other = (str(tmp_path / f"{name}.json") for name in results)
    said = compare(plan, at_once)
    assert said.exit_code == 0
    assert "16 runs of each" in said.stdout
    assert "no difference shown" in said.stdout
    assert json.loads(compare(plan, at_once, "--json").stdout)["differences"][COUNT]["n"] == 16
    refused = compare(plan, other)
    assert refused.exit_code == 2
    assert "the seeds differ" in refused.stderr
