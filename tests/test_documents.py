"""Documents that cannot lie: what they name exists, and what they record is what happens."""

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

from bolk import COMMANDS, cli

ROOT = Path(__file__).parent.parent
PACKAGES = ("scenarios", "reference_server", "simulation", "loadtests", "reports")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _code() -> str:
    files = [ROOT / "bolk.py", *(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def test_every_identifier_of_the_glossary_is_used_in_the_code() -> None:
    rows = re.findall(r"^\|[^|]+\|\s*`([^`]+)`", (ROOT / "GLOSSARY.md").read_text(encoding="utf-8"), re.M)
    code = _code()
    assert len(rows) > 20
    assert [name for name in rows if name not in code] == []


def test_every_decision_names_a_guard_that_exists() -> None:
    text = (ROOT / "DECISIONS.md").read_text(encoding="utf-8")
    decisions = re.split(r"^\d+\. ", text, flags=re.M)[1:]
    assert re.findall(r"^(\d+)\. ", text, flags=re.M) == [str(number + 1) for number in range(len(decisions))]
    tests = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests").glob("*.py"))
    assert all("Guard:" in decision for decision in decisions)
    missing = [name for name in re.findall(r"`(test_\w+)`", text) if f"def {name}(" not in tests]
    assert missing == []


def test_bolk_is_never_published() -> None:
    assert '"Private :: Do Not Upload"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_every_package_of_the_house_is_installed() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    folders = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for name in PACKAGES
        for path in (ROOT / name).rglob("__init__.py")
    }
    assert set(listed) == folders


def test_the_lock_names_no_host_and_pins_every_package() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert not re.search(r"^--(index|extra-index|find-links)", lock, re.M)
    assert all("==" in line for line in lock.splitlines() if line and not line.startswith(("    ", "#")))


def test_make_help_explains_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.findall(r"^\.PHONY: (.*)$", makefile, re.M)[0].split()
    explained = re.findall(r"^([a-z-]+):.*## ", makefile, re.M)
    assert sorted(phony) == sorted(explained)


def _commands() -> list[list[str]]:
    return [shlex.split(line[2:]) for line in re.findall(r"^\$ bolk.*$", README, re.M)]


@pytest.mark.parametrize("words", _commands(), ids=" ".join)
def test_every_command_of_the_readme_is_understood(words: list[str]) -> None:
    command: click.Command = cli
    arguments = words[1:]
    while isinstance(command, click.Group):
        asked = command.get_command(click.Context(command), arguments.pop(0))
        assert asked is not None
        command = asked
    command.make_context(words[1], arguments)  # raises a usage error for an unknown option


def test_every_verb_has_help_and_stands_in_the_readme() -> None:
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        assert command.name == name
        assert command.help
        assert f"bolk {name}" in README


def test_the_screen_in_the_readme_is_the_one_that_is_printed(tmp_path: Path) -> None:
    recorded = README.split("$ bolk recommend ci-smoke\n")[1].split("```")[0].rstrip()
    command = [sys.executable, "-m", "bolk", "recommend", "ci-smoke", "--progress", "none", "--out", str(tmp_path)]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120).stdout
    assert printed.split(str(tmp_path))[0].rstrip() == recorded
