"""What a team has of `verify` in its CI: JUnit's file, and the pytest plugin in a project of their own."""

import os
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points
from pathlib import Path
from xml.etree import ElementTree

import pytest

from reports.verification_junit import verification_junit
from scenarios.strategy import Strategy
from scenarios.verification import Bar, Trial, Tried, Verification, Witness
from tests.test_adapters import EXAMPLE, sauna
from tests.test_front_door import ROOT

WITNESS = Witness(
    kind="double booking",
    meaning="one place was given to two at the same time",
    says="A\x00 & <B> were both given \ud800 it",
    case="hot-slot",
    book="b",
    bars=[Bar(who="citizen 1", did="reserve b", begun_s=0.0, ended_s=0.5, told="CONFIRMED")],
)


def trial(ruling: str, *anomalies: Witness, reason: str | None = None) -> Trial:
    return Trial.model_validate(
        {
            "strategy": Strategy.IMMEDIATE,
            "tried": [
                Tried(case="hot-slot", book="b", operations=3, anomalies=len(anomalies), took_s=1.25),
                Tried(case="change", book="b", skipped="the adapter has no change"),
            ],
            "operations": 3,
            "unanswered": 0,
            "ruling": ruling,
            "reason": reason,
            "anomalies": anomalies,
        }
    )


def junit(*trials: Trial) -> list[dict[str, str]]:
    """Each test case of the file: its name, and what it says if it did not pass."""
    root = ElementTree.fromstring(verification_junit(Verification(trials=list(trials))))  # noqa: S314  (our own file)
    cases = root.findall("testsuite/testcase")
    return [{"name": case.get("name", "")} | {kind.tag: kind.get("message", "") for kind in case} for case in cases]


def test_a_case_with_an_anomaly_is_a_failure_and_one_that_was_left_out_is_skipped() -> None:
    assert junit(trial("anomaly", WITNESS, reason="1 found")) == [
        {"name": "hot-slot", "failure": "double booking"},
        {"name": "change", "skipped": "the adapter has no change"},
        {"name": "verdict", "failure": "1 found"},
    ]


def test_what_is_unknown_is_an_error_and_what_is_correct_passes() -> None:
    assert junit(trial("unknown", reason="nobody knows"))[2] == {"name": "verdict", "error": "nobody knows"}
    assert junit(trial("correct"))[2] == {"name": "verdict"}


def test_an_anomaly_of_no_case_is_told_with_the_verdict() -> None:
    cases = junit(trial("anomaly", WITNESS.model_copy(update={"case": None, "book": None}), reason="1 found"))
    assert (cases[0], cases[2]) == ({"name": "hot-slot"}, {"name": "verdict", "failure": "double booking"})


def test_the_file_holds_whatever_another_server_says_and_counts_right() -> None:
    root = ElementTree.fromstring(verification_junit(Verification(trials=[trial("anomaly", WITNESS)])))  # noqa: S314
    (suite,) = root.findall("testsuite")
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors"), suite.get("skipped")) == (
        "3",
        "2",
        "0",
        "1",
    )
    said = suite.findtext("testcase/failure") or ""
    assert "& <B>" in said
    assert "citizen 1" in said


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example as a project of its own, beside an installed bolk whose plugin is found as any other."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(EXAMPLE, folder / "sauna", ignore=shutil.ignore_patterns("__pycache__", "__init__.py"))
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    points = "\n".join(f"{name} = {module}" for name, module in declared["pytest11"].items())
    installed = folder / "site" / "bolk_as_installed-1.dist-info"
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: bolk\nVersion: 1\n", encoding="utf-8")
    (installed / "entry_points.txt").write_text(f"[pytest11]\n{points}\n", encoding="utf-8")
    return folder / "sauna"


def in_project(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    others = [one.name for one in entry_points(group="pytest11") if one.name != "pytest_bolk"]
    # Those of this environment take seconds to load.
    without = [word for name in ("cacheprovider", *others) for word in ("-p", f"no:{name}")]
    command = [sys.executable, "-m", "pytest", *without, "-rs", "-W", "error", *words]
    paths = os.pathsep.join([str(ROOT), str(project.parent / "site")])
    return subprocess.run(
        command, cwd=project, env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip


def test_the_plugin_finds_the_race_of_the_example_and_passes_its_mend(project: Path) -> None:
    with sauna() as url:
        found = in_project(project, "--bolk-target", url, "--bolk-adapter", "adapter:Adapter", "-k", "hot-slot")
    with sauna("--careful") as url:
        mended = in_project(project, "--bolk-target", url, "--bolk-adapter", "adapter:Adapter")
    assert (found.returncode, mended.returncode) == (1, 0), found.stdout + mended.stdout
    assert "double booking: " in found.stdout
    assert "3 passed" in mended.stdout
    assert "the adapter has no change" in mended.stdout


def test_the_readme_shows_the_files_of_the_example() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in ("adapter.py", "test_booking.py"):
        assert f"```python\n{(EXAMPLE / name).read_text(encoding='utf-8')}```\n" in readme


def test_a_test_that_nobody_told_what_to_test_fails_and_says_what_to_give(project: Path) -> None:
    done = in_project(project, "-k", "hot-slot")
    assert done.returncode == 1
    assert "give --bolk-target URL, or a fixture bolk_target" in done.stdout


def test_a_project_that_does_not_use_the_plugin_loads_nothing_of_bolk(project: Path) -> None:
    (project / "test_theirs.py").write_text(
        "import sys\n\n\ndef test_theirs():\n"
        "    assert 'pytest_bolk' in sys.modules\n"
        "    assert not {'bolk', 'loadtests', 'scenarios', 'reports', 'pydantic', 'numpy'} & set(sys.modules)\n",
        encoding="utf-8",
    )
    done = in_project(project, "test_theirs.py")
    assert "1 passed" in done.stdout, done.stdout
