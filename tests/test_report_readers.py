"""Each of the three readers gets a report of their own: first things first, the rest folded, links to the others."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from reports.arrangement import ARRANGEMENT
from reports.blocks import Table
from reports.invariants_section import invariants
from reports.language import LANGUAGES, language_of
from reports.notation import LanguageCode
from reports.page import report_html, write_report
from reports.report_command import command
from reports.saying import say
from scenarios.reader import Reader
from scenarios.result import Result
from tests import a_result

BARE, _ = a_result.KINDS["plan_alone"]()
SECTION = re.compile(r'<section id="([\w-]+)" class="level2">\s*<h2>[^<]+</h2>\s*(<details>)?')


def sections_of(page: str) -> tuple[list[str], list[str]]:
    """The ids of the sections that are open, and of those that are folded."""
    found = SECTION.findall(page)
    return [one for one, fold in found if not fold], [one for one, fold in found if fold]


@pytest.mark.parametrize(
    ("reader", "first", "folded"),
    [
        (Reader.COORDINATOR, ["supply", "plan", "comparison", "levers", "caveats"], ["assumptions", "method"]),
        (Reader.PLATFORM, ["limits", "load"], ["comparison", "alternatives", "assumptions", "method"]),
        (Reader.DEVELOPER, ["limits"], ["levers", "assumptions", "method"]),
    ],
)
def test_each_reader_finds_their_own_questions_first_and_the_rest_folded(
    reader: Reader, first: list[str], folded: list[str]
) -> None:
    here, below = sections_of(report_html(BARE, [], "nb", reader))
    assert here[: len(first)] == first
    assert below == folded


def test_a_developer_meets_what_must_never_happen_before_any_figure() -> None:
    page = a_result.page("loadtest", "nb")
    here, _ = sections_of(page)
    assert here[:3] == ["verdict", "invariants", "figures"]
    assert "Ingen plass bekreftes for to" in page


def test_a_violation_is_counted_and_shown_with_an_example() -> None:
    tested = a_result.load_tested()
    assert tested.history is not None
    wrong = tested.history.model_copy(update={"verdict": "anomaly", "anomalies": ["book 1 08:30 given to two"]})
    section = invariants(tested.model_copy(update={"history": wrong}), language_of("en"))
    assert section is not None
    table = section.blocks[1]
    assert isinstance(table, Table)
    row = next(row for row in table.rows if row[0].lines[0].startswith("The answers hang together"))
    assert [" ".join(cell.lines) for cell in row[2:]] == ["1", "✗ happened", "book 1 08:30 given to two"]


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("reader", Reader)
def test_every_readers_report_is_the_same_bytes_from_what_was_written(reader: Reader, code: LanguageCode) -> None:
    again = Result.model_validate_json(BARE.json_text())
    assert report_html(again, [], code, reader) == report_html(BARE, [], code, reader)


def test_the_command_in_a_report_makes_the_same_files_again_with_links_to_each_other(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text(BARE.json_text(), encoding="utf-8")
    written = write_report(BARE, [], tmp_path, readers=(Reader.COORDINATOR, Reader.DEVELOPER))
    before = {path.name: path.read_bytes() for path in written}
    assert set(before) == {f"report{whose}.{code}.html" for whose in ("", ".developer") for code in LANGUAGES}
    said = re.search(r"«(bolk report [^»]+)»", before["report.nb.html"].decode())
    assert said is not None
    asked = said[1].replace("result.json", str(tmp_path)).split()[2:]
    made = CliRunner().invoke(command, asked)
    assert made.exit_code == 0, made.output
    assert {path.name: path.read_bytes() for path in tmp_path.glob("*.html")} == before
    links = {name: re.findall(r'href="(report[^"]+)"', page.decode()) for name, page in before.items()}
    assert all(linked in before for link in links.values() for linked in link)
    assert links["report.developer.en.html"] == ["report.en.html"]


def test_a_command_writes_the_report_of_those_whom_it_was_asked_for(tmp_path: Path) -> None:
    say(BARE, tmp_path, {"readers": (Reader.PLATFORM,), "as_json": True})
    assert {path.name for path in tmp_path.glob("*.html")} == {f"report.platform.{code}.html" for code in LANGUAGES}
    words = re.sub(r"<[^>]+>|\s+", " ", (tmp_path / "report.platform.nb.html").read_text(encoding="utf-8"))
    assert re.search(r"I 9 av 10 utsendelser kommer det høyst \d+ forespørsler i samme sekund når rådet følges", words)
    assert "Holdt mot teorien ✓ ja" in re.sub(" +", " ", words)
    assert re.search(r"Går det \d+ SMS i minuttet over lengre tid", words.replace("\u00a0", ""))


def test_a_report_for_one_reader_alone_points_to_no_other_file() -> None:
    assert not re.findall(r'href="(?!#)', a_result.page("plan_alone", "nb"))


def test_no_section_stands_twice_in_a_report() -> None:
    for shelves in ARRANGEMENT.values():
        parts = [*shelves.open, *shelves.folded]
        assert len(parts) == len(set(parts))
    for reader in Reader:
        here, below = sections_of(report_html(BARE, [], "en", reader))
        assert all(one != other for one, other in pairwise(sorted([*here, *below])))
