"""A twin test written into the scenario whose platform it was about, held or not: a track record leaves nothing out."""

import datetime as dt
import tomllib
from pathlib import Path

from scenarios.differences import differences
from scenarios.evidence import Evidence, Tested, digest_of
from scenarios.pairs import NotComparable
from scenarios.reading import load, scenario_of
from scenarios.scenario import Scenario
from scenarios.source import Document, document_in
from scenarios.twin import REJECTIONS, RESPONSE, Held, Twin
from scenarios.writing import scenario_toml, toml_text


def tested_by(twin: Twin, scenario: Scenario, of: str) -> Tested:
    """What a scenario remembers of a twin test.

    Raises
    ------
    NotComparable
        It settled nothing, foretold nothing, or was of another platform than the scenario's.
    """
    if twin.verdict == "inconclusive":
        raise NotComparable(
            "the twin test is inconclusive, so there is nothing to write down; make the load test again"
        )
    if not twin.before:
        raise NotComparable(
            f"the prediction was made after the measurement ({twin.predicted_at} and {twin.measured_at}), so it "
            "foretold nothing; make another load test now"
        )
    predicted = Scenario.model_validate(twin.scenario.resolved)
    other = [one.key for one in differences(predicted, scenario) if one.key.startswith("platform.")]
    if other:
        raise NotComparable(f"the scenario has another platform than what was predicted: {', '.join(other)}")
    rejections, response = twin.measures[REJECTIONS], twin.measures[RESPONSE]
    return Tested(
        of=of,
        on=dt.datetime.fromisoformat(twin.measured_at).date(),
        citizens=max(1, twin.citizens),
        rejections_off=round(_off(rejections), 3),
        response_off=round(_off(response) / (response.measured or 1.0), 4),
        held=twin.verdict == "pass",
        platform=digest_of(scenario.platform),
    )


def with_test(text: str, tested: Tested, name: str) -> str:
    """The text of a scenario file with one more test at its end; comments stay, where TOML lets something be added.

    A file that has its tests on one line, as bolk writes whole scenarios, is written anew.
    """
    lines = [f"{key} = {toml_text(value)}" for key, value in _keys(tested).items()]
    longer = "\n".join([text.rstrip("\n"), "", "[[evidence.tested]]", *lines, ""])
    try:
        tomllib.loads(longer)
    except tomllib.TOMLDecodeError:
        return scenario_toml(_with_test(text, tested, name))
    return longer


def confirm(file: Path, twin: Twin, of: str) -> tuple[Tested, str]:
    """The test to remember, and the text of the file with it.

    Raises
    ------
    NotComparable
        There is nothing to write down.
    ScenarioError
        The file is no scenario.
    OSError
        It cannot be read.
    """
    tested = tested_by(twin, load(file), of)
    return tested, with_test(file.read_text(encoding="utf-8"), tested, file.name)


def _off(held: Held) -> float:
    return held.difference or 0.0


def _keys(tested: Tested) -> dict[str, object]:
    return tested.model_dump()


def _with_test(text: str, tested: Tested, name: str) -> Scenario:
    document = document_in(text, name, [])
    outcome = scenario_of(document) if isinstance(document, Document) else document
    if not isinstance(outcome, Scenario):
        raise NotComparable(f"{name} is no valid scenario")
    evidence = outcome.evidence or Evidence()
    return outcome.model_copy(update={"evidence": evidence.model_copy(update={"tested": (*evidence.tested, tested)})})
