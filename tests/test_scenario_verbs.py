"""What `bolk scenario` prints, and the file that `new` writes."""

from pathlib import Path

import pytest

from scenarios import catalogue
from scenarios.authoring import slug_of
from scenarios.inventory import total_invited
from scenarios.problems import ScenarioError
from scenarios.reading import load
from scenarios.scenario_verbs import check_text, diff_text, list_text, new_file, schema_text, show_text
from scenarios.schema import json_schema


def test_list_has_a_line_for_every_scenario() -> None:
    lines = list_text().split("\n")
    assert [line.split()[0] for line in lines] == list(catalogue.names())
    assert lines[0] == "ci-smoke              120 SMS      144 free  Smoke test: 120 residents"


def test_show_is_the_file_and_with_an_override_the_scenario_it_makes() -> None:
    path = catalogue.path_of("small")
    assert path is not None
    assert show_text("small") == path.read_text(encoding="utf-8")
    assert 'pause = "20 min"' in show_text("small", ["policy.pause=20 min"]).split("\n")


def test_show_resolved_has_every_value_and_its_origin() -> None:
    rows = [row.split() for row in show_text("small", ["policy.pause=20 min"], resolved=True).split("\n")]
    assert ["policy.pause", '"20', 'min"', "--set"] in rows
    assert ["platform.sigma", "0.5", "default"] in rows
    assert ["invitation.invited", "674", "register", "2024"] in rows


@pytest.mark.parametrize("resolved", [True, False])
def test_show_of_what_is_no_scenario_raises_with_the_screen(*, resolved: bool) -> None:
    with pytest.raises(ScenarioError, match="did you mean batch_size"):
        show_text("small", ["policy.bathc_size=4"], resolved=resolved)


def test_check_of_a_good_file_says_so() -> None:
    text, fit = check_text("ci-smoke")
    assert fit
    assert text == ("ci-smoke: fit to use\n  120 SMS · 144 free appointments · about 91 people will want one")


def test_check_tells_doubts_with_their_lines_and_yet_lets_pass(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(show_text("ci-smoke").replace("2021-05-03", "2021-05-02"), encoding="utf-8")
    line = path.read_text(encoding="utf-8").split("\n").index("send_date = 2021-05-02") + 1
    text, fit = check_text(path)
    assert fit
    assert text.split("\n")[0] == f"{path}: fit to use, 1 warning"
    assert text.split("\n")[-1] == f"  invitation.send_date  line {line}: 2021-05-02 is a Sunday"
    assert "--set: 2021-05-02 is a Sunday" in check_text("ci-smoke", ["invitation.send_date=2021-05-02"])[0]


def test_check_tells_every_problem_and_does_not_let_pass() -> None:
    text, fit = check_text("ci-smoke", ["policy.pause=5", "policy.start=9"])
    assert not fit
    assert text.startswith("ci-smoke: 2 problems")
    assert check_text("nowhere.toml")[1] is False


def test_diff_is_empty_for_equals_and_else_both_values() -> None:
    assert diff_text("small", "small") == ""
    text = diff_text("small", "medium")
    assert 'municipality.name\n  - "Hurdal"\n  + "Eigersund"' in text
    assert "slots[1].book\n  - not given\n" in text
    assert "behaviour.uptake" not in text


def test_schema_text_is_the_schema() -> None:
    assert '"$schema": "http://json-schema.org/draft-07/schema#"' in schema_text()
    assert json_schema()["properties"].keys() >= {"schema", "slots", "policy"}


@pytest.mark.parametrize("origin", catalogue.names())
def test_a_new_file_asks_about_the_municipality_and_keeps_the_comments(tmp_path: Path, origin: str) -> None:
    path = tmp_path / "Bergen våren.toml"
    text = new_file(path, origin=origin, municipality="Bergen", cohort="45-54")
    scenario, rows = load(path), path.read_text(encoding="utf-8").split("\n")
    assert text.startswith(f"wrote {path}\n")
    assert (scenario.name, scenario.title.nb, scenario.title.en) == (
        "bergen-varen",
        "Bergen, 45-54 år",
        "Bergen, ages 45-54",
    )
    assert (scenario.municipality.name, scenario.invitation.cohort) == ("Bergen", "45-54")
    assert not scenario.municipality.names
    assert f"begun from {origin}" in rows[0]
    original = show_text(origin).split("[[slots]]")[1]
    assert path.read_text(encoding="utf-8").split("[[slots]]")[1] == original
    about_the_example = [row for row in show_text(origin).split("schema = 1")[0].split("\n") if len(row) > 1]
    assert not set(about_the_example) & set(rows)


def test_a_new_file_with_a_number_of_sms(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    new_file(path, municipality="Tana", invited=500)
    assert total_invited(load(path)) == 500
    assert load(path).title.nb == "Tana, 500 SMS"


def test_a_new_file_without_any_answer_is_the_example_under_another_name(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    new_file(path)
    assert diff_text("medium", path) == 'name\n  - "medium"\n  + "mine"'


def test_a_new_file_is_never_written_over_another(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("precious", encoding="utf-8")
    with pytest.raises(ScenarioError, match="exists already"):
        new_file(path, municipality="Bergen", cohort="45-54")
    assert path.read_text(encoding="utf-8") == "precious"


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"municipality": "Bergn", "cohort": "45-54"}, "did you mean Bergen"),
        ({"municipality": "Bergen", "cohort": "45-53"}, "no age group '45-53'"),
        ({"municipality": "Bergen", "cohort": "45-54", "invited": 5}, "say either invited or cohort"),
        ({"origin": "smal"}, "did you mean small"),
    ],
)
def test_a_new_file_that_would_be_no_scenario_is_not_written(
    tmp_path: Path, answers: dict[str, str], message: str
) -> None:
    path = tmp_path / "mine.toml"
    with pytest.raises(ScenarioError, match=message):
        new_file(path, **answers)  # type: ignore[arg-type]
    assert not path.exists()


def test_a_new_file_in_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="not written: No such file or directory"):
        new_file(tmp_path / "no" / "mine.toml", municipality="Bergen", cohort="45-54")


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Bergen", "bergen"),
        ("Sør-Fron 65+", "sor-fron-65"),
        ("Ærøskøbing", "aeroskobing"),
        ("Kárášjohka", "karasjohka"),
        ("---", "scenario"),
        ("x" * 200, "x" * 80),
    ],
)
def test_a_slug_is_ascii(text: str, slug: str) -> None:
    assert slug_of(text) == slug
