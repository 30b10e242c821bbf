"""The twin test: a prediction held against the load test of the very plan, and what a scenario remembers of it."""

import functools
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bolk import House, cli
from reports.language import LANGUAGES
from reports.notation import LanguageCode
from reports.terminal import simulate_screen
from reports.twin_page import twin_html
from reports.twin_screen import twin_screen
from scenarios.confirming import confirm
from scenarios.pairs import NotComparable
from scenarios.plan import plan_of
from scenarios.provenance import scenario_ref
from scenarios.reading import load
from scenarios.result import Result
from scenarios.run import metrics_of
from scenarios.scenario import Scenario
from scenarios.summary import Summary
from scenarios.twin import REJECTIONS, RESPONSE, own_twin, twin_of
from scenarios.writing import scenario_toml
from simulation.answer import predicted, simulated
from tests import a, a_result

BEFORE, AFTER = "2026-11-24T09:00:00+01:00", "2026-11-24T10:00:00+01:00"
SLOWER = {"platform.service_time": {"list": "61 ms", "confirm": "122 ms"}}


@functools.cache
def prediction(batch_size: int = 40) -> Result:
    scenario = a.scenario({"experiment.runs": {"min": 2, "max": 4}, "policy.batch_size": batch_size})
    made = simulated(scenario, scenario.policy, jobs=1, progress=None, command=["bolk"])
    return made.model_copy(update={"provenance": made.provenance.model_copy(update={"started_at": BEFORE})})


@functools.cache
def lived() -> Result:
    """What a load test would have measured, had the server been a little slower than was thought."""
    scenario = a.scenario(SLOWER)
    run = predicted(scenario, plan_of(scenario, scenario.policy, 0))
    made = a_result.load_tested(scenario, metrics=metrics_of([run]))
    changed = {"plan_sha256": [run.plan_sha256], "started_at": AFTER}
    part = made.measurement
    assert part is not None
    whole = part.model_copy(update={"until_s": None})
    return made.model_copy(update={"provenance": made.provenance.model_copy(update=changed), "measurement": whole})


def measured(**off: float) -> Result:
    """The load test with some measures moved."""
    metrics = dict(lived().metrics)
    for name, by in off.items():
        was = metrics[name]
        assert isinstance(was, Summary)
        metrics[name] = was.model_copy(update={"mean": was.mean + by})
    return lived().model_copy(update={"metrics": metrics})


def test_a_prediction_of_the_same_plan_is_held_against_what_was_measured() -> None:
    twin = twin_of(prediction(), lived())
    assert (twin.verdict, twin.before) == ("pass", True)
    assert [key for key in twin.changed if key.startswith("platform.")] == [
        "platform.service_time.list", "platform.service_time.confirm",
    ]  # fmt: skip
    rejected = twin.measures[REJECTIONS]
    assert rejected.predicted == prediction().samples[REJECTIONS][0]
    assert twin_of(lived(), prediction()) == twin


@pytest.mark.parametrize(
    ("off", "missed"),
    [
        ({REJECTIONS: -2.5}, {REJECTIONS}), ({RESPONSE: 0.2}, {RESPONSE}),
        ({REJECTIONS: -4, RESPONSE: 9}, {REJECTIONS, RESPONSE}),
    ],
)  # fmt: skip
def test_what_is_beyond_the_aim_is_named_in_both_languages(off: dict[str, float], missed: set[str]) -> None:
    twin = twin_of(prediction(), measured(**off))
    assert twin.verdict == "fail"
    assert {name for name in twin.measures if twin.measures[name].agreement == "beyond"} == missed
    for code in LANGUAGES:
        assert "✗" in twin_screen(twin, code)
        assert "✗" in twin_html(twin, code)


def test_a_late_generator_leaves_the_twin_test_inconclusive() -> None:
    late = lived().generator
    assert late is not None
    twin = twin_of(
        prediction(), lived().model_copy(update={"generator": late.model_copy(update={"verdict": "inconclusive"})})
    )
    assert (twin.verdict, twin.reason) == ("inconclusive", "generator")


def on(**platform: Any) -> Result:
    """The load test as if of a scenario with another platform."""
    table = {f"platform.{key}": value for key, value in platform.items()}
    return lived().model_copy(update={"scenario": scenario_ref(a.scenario({**SLOWER, **table}))})


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (lambda: prediction(30), lived, "policy"),
        (prediction, lambda: on(workers=3), "platform.workers"),
        (prediction, lambda: on(strategy="hold"), "platform.strategy"),
        (a_result.too_few, lived, "recommends no plan"),
        (lambda: a_result.capacity(), lived, "capacity"),
    ],
)
def test_two_questions_are_refused_and_the_difference_named(first: Any, second: Any, said: str) -> None:
    with pytest.raises(NotComparable, match=said):
        twin_of(first(), second())


def test_a_load_test_alone_is_held_against_its_own_prediction() -> None:
    result = lived()
    assert result.measurement is not None
    inside = result.model_copy(
        update={"measurement": result.measurement.model_copy(update={"predicted": result.metrics})}
    )
    twin = own_twin(inside)
    assert (twin.verdict, twin.changed, twin.before) == ("pass", [], True)
    with pytest.raises(NotComparable, match="bolk simulate"):
        own_twin(prediction())


def _folders(tmp_path: Path, second: Result) -> list[str]:
    for name, result in (("predicted", prediction()), ("measured", second)):
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "result.json").write_text(result.json_text(), encoding="utf-8")
    return [str(tmp_path / "predicted"), str(tmp_path / "measured")]


def _compare(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["compare", *words], obj=House(), standalone_mode=False)
    return (2, str(done.exception)) if done.exception else (done.return_value, done.output)


def test_the_command_says_yes_no_or_neither_and_writes_pages(tmp_path: Path) -> None:
    file = tmp_path / "town.toml"
    file.write_text(scenario_toml(a.scenario()), encoding="utf-8")
    pages = ("--out", str(tmp_path / "twin"), "--confirm", str(file))
    code, said = _compare(*_folders(tmp_path, lived()), "--json", *pages)
    assert load(file).evidence_level == 3
    assert (code, json.loads(said)["verdict"]) == (0, "pass")
    assert sorted(one.name for one in (tmp_path / "twin").iterdir()) == ["twin.en.html", "twin.json", "twin.nb.html"]
    assert _compare(*_folders(tmp_path, measured(**{RESPONSE: 9.0})))[0] == 1


def test_a_scenario_remembers_every_test_and_the_latest_decides_its_level(tmp_path: Path) -> None:
    file = tmp_path / "town.toml"
    text = "# ours\n" + scenario_toml(a.scenario())
    file.write_text(text, encoding="utf-8")
    levels: list[int] = []
    for second in (lived(), measured(**{RESPONSE: 9.0}), lived()):
        _, longer = confirm(file, twin_of(prediction(), second), "of the day")
        file.write_text(longer, encoding="utf-8")
        levels.append(load(file).evidence_level)
    assert levels == [3, 0, 3]
    assert longer.startswith(text)
    assert load(file, ["platform.workers=3"]).evidence_level == 0, "another platform has yet to be tested"
    _says_the_record(load(file))


def test_a_file_that_bolk_wrote_in_whole_remembers_too(tmp_path: Path) -> None:
    file = tmp_path / "town.toml"
    file.write_text(scenario_toml(a.scenario()), encoding="utf-8")
    for _ in range(2):
        _, longer = confirm(file, twin_of(prediction(), lived()), "of the day")
        file.write_text(longer, encoding="utf-8")
        file.write_text(scenario_toml(load(file)), encoding="utf-8")
    evidence = load(file).evidence
    assert evidence is not None
    assert len(evidence.tested) == 2


def _says_the_record(scenario: Scenario) -> None:
    made = prediction().model_copy(update={"scenario": scenario_ref(scenario)})
    said: dict[LanguageCode, str] = {"en": "Tested 3 times: 2 held.", "nb": "Prøvd 3 ganger: 2 holdt."}
    for code, words in said.items():
        assert words in simulate_screen(made, code)


def test_what_was_calculated_afterwards_or_of_another_platform_confirms_nothing(tmp_path: Path) -> None:
    file = tmp_path / "town.toml"
    file.write_text(scenario_toml(a.scenario({"platform.workers": 3})), encoding="utf-8")
    with pytest.raises(NotComparable, match=r"platform\.workers"):
        confirm(file, twin_of(prediction(), lived()), "of the day")
    early = lived().provenance.model_copy(update={"started_at": "2026-11-24T08:00:00+01:00"})
    with pytest.raises(NotComparable, match="foretold"):
        confirm(file, twin_of(prediction(), lived().model_copy(update={"provenance": early})), "of the day")
    assert load(file).evidence is None
