"""Reading scenario files: a Scenario, or every problem at once with its place and a way out."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from scenarios import catalogue
from scenarios.inventory import inventory_of
from scenarios.problems import Problem, ScenarioError
from scenarios.reading import load, read, sha256_of
from scenarios.scenario import Scenario

Write = Callable[..., Path]


@pytest.fixture
def smoke() -> str:
    path = catalogue.path_of("ci-smoke")
    assert path is not None
    return path.read_text(encoding="utf-8")


@pytest.fixture
def changed(tmp_path: Path, smoke: str) -> Write:
    """Write the smoke test with some texts replaced, each of which must be there."""

    def write(*replacements: tuple[str, str]) -> Path:
        text = smoke
        for old, new in replacements:
            assert old in text, old
            text = text.replace(old, new, 1)
        path = tmp_path / "mine.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def problems_of(source: str | Path, *overrides: str) -> tuple[Problem, ...]:
    outcome = read(source, overrides)
    assert not isinstance(outcome, Scenario), "nothing was refused"
    return outcome


def only(source: str | Path, *overrides: str) -> Problem:
    (problem,) = problems_of(source, *overrides)
    return problem


def line_with(path: Path, text: str) -> int:
    return next(n for n, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1) if text in line)


def test_a_scenario_is_read_by_its_name_or_by_its_path(changed: Write) -> None:
    assert load("ci-smoke") == load(changed()) == load(str(changed()))


def test_the_screen_tells_file_key_line_reason_and_remedy_of_every_problem(changed: Write) -> None:
    path = changed(
        ("invited   = 120\n", ""),
        ("batch_size = 40\npause      = ", "bathc_size = 40\npause      = 15 # "),
    )
    with pytest.raises(ScenarioError) as refusal:
        load(path)
    assert (
        str(refusal.value)
        == f"""\
{path}: 4 problems

  policy.batch_size       missing
      hint: SMS in one batch (bolk), or all
  invitation              line {line_with(path, "[invitation]")}: say either invited or cohort
      hint: invited = 2000, or cohort = "45-54"
  policy.bathc_size = 40  line {line_with(path, "bathc_size")}: unknown key
      hint: did you mean batch_size?
  policy.pause = 15       line {line_with(path, "= 15 #")}: a length needs a unit
      hint: write "15 min" or "15 s"

no file was changed · schema: bolk scenario schema"""
    )


@pytest.mark.parametrize(
    ("old", "new", "where", "what", "hint"),
    [
        ('pause      = "5 min"', "pause = 15", "policy.pause", "a length needs a unit", '"15 min"'),
        ('"95 %"', "95", "invitation.delivered", "a share lies between 0 % and 100 %", '"95 %"'),
        ('"10/s"', "10", "invitation.sms_rate", "a rate needs a unit", '"10/s"'),
        ('"09:07"', '"9:07"', "policy.start", "expected a time of day", '"09:07"'),
        ('from = "09:00"', 'from = "nine"', "invitation.window.from", "expected a time of day", '"09:07"'),
        ("parallel = 3 ", "parallel = 2.5 ", "slots[0].parallel", "expected a whole number", "places at one time"),
        ("parallel = 3 ", "parallel = 0 ", "slots[0].parallel", "must be above 0", "places at one time"),
        ("parallel = 3 ", 'parallel = "three" ', "slots[0].parallel", "expected a whole number", "places"),
        ("2021-05-11]", '"x"]', "slots[0].dates[1]", "expected a date", "2021-05-03"),
        ('"5 min"\nparallel', '"5 ms"\nparallel', "slots[0]", "shorter than a minute", '"5 min"'),
        ("[2021-05-10, 2021-05-11]", "[]", "slots[0].dates", "must not be empty", "days"),
        ("[2021-05-10, 2021-05-11]", "[2021-05-10, 2021-05-10]", "slots[0]", "a date stands twice", "once"),
        ("[20, 40,", "[20, 0,", "search.batch_size[1]", "a batch is a whole number of SMS above 0", '"all"'),
        ('["5 min", "15 min"]', '"5 min"', "search.pause", "expected a list", "[200]"),
        ("sigma = 1.5", "sigma = nan", "behaviour.response.sigma", "expected a finite number", "spread"),
        ('uniform = "15 %"', 'uniform = "5 %"', "behaviour.slot_choice", "do not add up to 100 %", "= 100 %"),
        ("give_up_after = 5", "give_up_after = 500", "behaviour.after_rejection.give_up_after", "at most 20", "tries"),
        ("login        = {", "login        = 5 # {", "platform.login", "expected a table", "log-in"),
        ("min = 4, max = 20", "min = 4, max = 2", "experiment.runs", "max is below min", "max = 20"),
        ('nb = "Røyktest: 120 innbyggere"', "nb = 5", "title.nb", "expected text in quotes", 'write "5"'),
        ('name   = "ci-smoke"', 'name = "CI smoke"', "name", "is not written the way", "small letters"),
        ('number     = "9999"', "number = 9999", "municipality.number", "expected text in quotes", 'write "9999"'),
        ("population = 800\n", "", "municipality", "number and population go together", "made-up"),
        (
            '"max(error_rate) <= 0.1 %"',
            '"max(error_rat) <= 0.1 %"',
            "thresholds.errors",
            "unknown measure",
            "error_rate?",
        ),
        ('to = "15:00"', 'to = "08:00"', "invitation.window", "ends before it begins", '"15:00"'),
    ],
)
def test_a_slip_is_named_with_its_key_its_line_and_a_way_out(
    changed: Write, old: str, new: str, where: str, what: str, hint: str
) -> None:
    path = changed((old, new))
    problem = only(path)
    assert problem.where == where
    assert what in problem.what
    assert hint in (problem.hint or "")
    if where != "municipality":
        assert problem.line is not None
        key = "[[slots]]" if where == "slots[0]" else re.sub(r"\[\d+\]$", "", where).split(".")[-1]
        assert key in path.read_text(encoding="utf-8").split("\n")[problem.line - 1]


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ("sms_rate  =", "sms_rat =", "did you mean sms_rate?"),
        ('from = "09:00"', 'form = "09:00"', "did you mean from?"),
        ("sigma = 1.5 }", 'sigma = 1.5, latests = "1 h" }', "did you mean latest?"),
        ("seed = 20210503", "seed = 20210503\nfinish_by = 1", "belongs elsewhere: search.finish_by"),
        ("seed = 20210503", "seed = 20210503\nzzz = 1", "the keys here are runs, precision, seed"),
    ],
)
def test_an_unknown_key_gets_a_suggestion_from_the_keys_that_are_legal_there(
    changed: Write, old: str, new: str, hint: str
) -> None:
    unknown = [problem for problem in problems_of(changed((old, new))) if problem.what == "unknown key"]
    assert [hint in (problem.hint or "") for problem in unknown] == [True]


def test_all_unknown_municipalities_are_told_at_once_beside_other_problems(changed: Write) -> None:
    path = changed(
        ('name       = "Beste kommune"      #', 'names = ["Bergn", "Oslo", "0301", "Herøy"]  #'),
        ('number     = "9999"\n', ""),
        ("population = 800\n", ""),
        ('"09:07"', '"9"'),
    )
    told = {problem.where: problem for problem in problems_of(path)}
    assert set(told) == {"municipality.names[0]", "municipality.names[2]", "municipality.names[3]", "policy.start"}
    assert "Bergen" in (told["municipality.names[0]"].hint or "")
    assert "stands twice" in told["municipality.names[2]"].what
    assert "1515" in (told["municipality.names[3]"].hint or "")


@pytest.mark.parametrize(
    ("override", "where", "what"),
    [
        ("invitation.cohort=45-53", "invitation.cohort", "no age group '45-53'"),
        ("municipality.name=Bergn", "municipality.name", "no municipality is called 'Bergn'"),
        ("municipality.number='1234'", "municipality", "number and population go together"),
        ("invitation.invited=5", "invitation", "say either invited or cohort"),
    ],
)
def test_who_is_invited_must_be_known(override: str, where: str, what: str) -> None:
    problem = only("small", override)
    assert (problem.where, what in problem.what) == (where, True)


def test_a_made_up_municipality_has_no_age_groups(changed: Write) -> None:
    problem = only(changed(("invited   = 120", 'cohort = "65+"')))
    assert (problem.where, "no age groups" in problem.what) == ("invitation.cohort", True)


def test_number_and_population_do_not_go_with_several_names() -> None:
    problem = only("ci-smoke", 'municipality={names=["Bergen"],number="1234",population=5}')
    assert "one made-up municipality" in problem.what


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("schema = 1\nname = \n", 2, "not TOML"),
        ("schema = 1\nname = bare words\n", 2, "not TOML"),
        ("schema = 1\nname = 'a'\nname = 'b'\n", 3, "not TOML"),
        ("schema = 1\nopen = 08:30\n", 2, "not TOML"),
        ("schema = " + "9" * 5000, None, "not a scenario file"),
        ("schema = " + "[" * 100_000, None, "not a scenario file"),
    ],
)
def test_what_is_not_toml_is_one_problem_with_its_line(tmp_path: Path, text: str, line: int | None, what: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    problem = only(path)
    assert (problem.line, what in problem.what) == (line, True)


def test_a_newer_format_is_refused_and_nothing_else_is_said(changed: Write) -> None:
    problem = only(changed(("schema = 1", "schema = 2\nnew_key = true")))
    assert problem.where == "schema"
    assert "newer" in problem.what
    assert problem.hint == "use a newer bolk"


def test_an_empty_file_lacks_every_table(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("", encoding="utf-8")
    assert {problem.what for problem in problems_of(path)} == {"missing"}
    assert {"schema", "invitation", "slots"} <= {problem.where for problem in problems_of(path)}


def test_a_file_as_editors_on_windows_save_it_is_read(tmp_path: Path, smoke: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xef\xbb\xbf" + smoke.replace("\n", "\r\n").encode())
    assert load(path) == load("ci-smoke")


def test_another_encoding_is_told_with_its_line(tmp_path: Path, smoke: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(smoke.encode("latin-1"))
    problem = only(path)
    assert (problem.what, problem.line) == ("not UTF-8 text", 1 + smoke[: smoke.index("ø")].count("\n"))
    assert "UTF-8" in (problem.hint or "")


def test_a_file_above_1_mib_is_refused_unread(tmp_path: Path, smoke: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(smoke + "#" * (1 << 20), encoding="utf-8")
    assert "larger than 1 MiB" in only(path).what


def test_a_missing_file_suggests_the_nearest_beside_it(tmp_path: Path, changed: Write) -> None:
    changed()
    problem = only(tmp_path / "mime.toml")
    assert problem.what == "no such file"
    assert "mine.toml" in (problem.hint or "")
    assert only(tmp_path / "nowhere" / "x.toml").what == "no such file"


def test_a_folder_is_refused_and_what_is_in_it_is_named(tmp_path: Path, changed: Write) -> None:
    changed()
    problem = only(tmp_path)
    assert "a folder" in problem.what
    assert "mine.toml" in (problem.hint or "")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_told(changed: Write) -> None:
    path = changed()
    path.chmod(0)
    assert "Permission denied" in only(path).what


@pytest.mark.parametrize("name", ["ci-smok", "CI_SMOKE", "ci_smoke", "smoke"])
def test_an_unknown_name_suggests_the_nearest_of_the_catalogue(name: str) -> None:
    problem = only(name)
    assert problem.what == "neither a file nor a scenario of the catalogue"
    assert problem.hint == "did you mean ci-smoke?"


def test_a_name_like_nothing_lists_the_catalogue_and_a_nul_is_no_crash() -> None:
    assert "stavanger-2021" in (only("qqqqqq").hint or "")
    assert only("a\0b").what.startswith("cannot be read")


def test_the_digest_is_of_the_question_and_not_of_the_file(changed: Write) -> None:
    relaid = changed(('pause      = "5 min"', 'pause = "300 s" # five minutes'))
    assert sha256_of(load(relaid)) == sha256_of(load("ci-smoke"))
    assert sha256_of(load("ci-smoke", ["policy.pause=301 s"])) != sha256_of(load("ci-smoke"))


def test_overrides_are_put_in_before_anything_is_checked(changed: Write) -> None:
    broken = changed(('pause      = "5 min"', "pause = 5"))
    assert load(broken, ["policy.pause=5 min"]) == load("ci-smoke")


def test_a_municipality_can_be_named_in_one_word_and_the_cohort_gives_the_number(tmp_path: Path) -> None:
    medium = catalogue.path_of("medium")
    assert medium is not None
    text = medium.read_text(encoding="utf-8")
    table = re.search(r"^\[municipality\]\n(?:.+\n)*", text, re.M)
    assert table is not None
    short = text.replace(table[0], "").replace("schema = 1\n", 'schema = 1\nmunicipality = "Bergen"\n')
    (tmp_path / "short.toml").write_text(short, encoding="utf-8")
    (owner,) = inventory_of(load(tmp_path / "short.toml"))
    assert (owner.number, owner.name, owner.invited) == ("4601", "Bergen", 37168)
