"""A gallery leads to every report of every result, each for those who read such a result."""

import re
from pathlib import Path
from urllib.parse import unquote

from click.testing import CliRunner, Result

from reports.report_command import command
from tests import a_result


def asked(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(command, [str(folder), "--gallery", *words])


def test_the_index_leads_to_a_report_for_each_reader_of_each_result(tmp_path: Path) -> None:
    plan, tested = a_result.KINDS["plan_alone"]()[0], a_result.load_tested()
    left = a_result.recommended(runs=4, provenance=a_result.provenance(interrupted=True))
    bare = tested.model_copy(update={"measurement": None})
    for name, result in (("a plan", plan), ("test-1", bare), ("left", left)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "result.json").write_text(result.json_text(), encoding="utf-8")
    made = asked(tmp_path)
    assert made.exit_code == 0, made.output
    for code in ("nb", "en"):
        index = (tmp_path / f"index.{code}.html").read_text(encoding="utf-8")
        links = [unquote(one) for one in re.findall(r'<li><a href="([^"]+)"', index)]
        names = [("a plan", ""), ("a plan", ".platform"), ("test-1", ""), ("test-1", ".platform")]
        assert links == [f"{folder}/report{reader}.{code}.html" for folder, reader in names]
        assert all((tmp_path / link).exists() for link in links)
    assert "Send i bolker på 500" in (tmp_path / "index.nb.html").read_text(encoding="utf-8")
    assert not list((tmp_path / "left").glob("*.html"))


def test_a_folder_without_results_and_flags_of_one_report_are_refused(tmp_path: Path) -> None:
    assert "no folder with a finished result.json" in asked(tmp_path).output
    refused = asked(tmp_path, "--png")
    assert refused.exit_code == 2
    assert "takes no other flag" in refused.output
