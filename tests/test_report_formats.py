"""Beside the pages, for those who ask: every picture as PNG, every page as PDF."""

import importlib.util
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from reports.report_command import command
from tests import a_result

BARE, _ = a_result.KINDS["plan_alone"]()


def asked(folder: Path, *words: str) -> Result:
    (folder / "result.json").write_text(BARE.json_text(), encoding="utf-8")
    return CliRunner().invoke(command, [str(folder), *words], standalone_mode=False)


def test_every_picture_is_a_png_that_says_where_it_comes_from_and_has_the_same_bytes_again(tmp_path: Path) -> None:
    made = asked(tmp_path, "--png")
    assert made.return_value == 0, made.output
    assert [path.name for path in sorted(tmp_path.glob("*.png"))] == [
        f"{picture}.{code}.png" for picture in ("sizes", "trade") for code in ("en", "nb")
    ]
    before = (tmp_path / "trade.nb.png").read_bytes()
    with Image.open(tmp_path / "trade.nb.png") as picture:
        assert picture.size[0] > 1000
        assert "avslag av 100" in picture.info["Title"]
        assert f"seed {BARE.provenance.seed}" in picture.info["Source"]
        assert picture.info["Software"].startswith("bolk ")
    asked(tmp_path, "--png")
    assert (tmp_path / "trade.nb.png").read_bytes() == before


def test_without_the_extra_pdf_is_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)  # what Python does where it is not installed
    made = asked(tmp_path, "--pdf")
    assert made.return_value == 4
    assert "PDF needs the extra `pdf`" in made.output
    assert "print the page from a browser" in made.output
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]


@pytest.mark.skipif(importlib.util.find_spec("weasyprint") is None, reason="the extra `pdf` is not installed")
def test_with_the_extra_every_page_is_printed(tmp_path: Path) -> None:
    assert asked(tmp_path, "--pdf").return_value == 0
    assert all((tmp_path / f"report.{code}.pdf").read_bytes().startswith(b"%PDF") for code in ("nb", "en"))
