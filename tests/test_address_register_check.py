"""The lint of set-up files: all problems at once, exit codes, both languages, and what advice never does."""

import copy
import random
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference_server.address_register.check import check_register_text
from reference_server.address_register.finding import Rule, Severity
from reference_server.address_register.lint import findings_of, is_refused
from reference_server.address_register.reading import MAX_BYTES, FileProblem, set_up_in, set_up_of
from reference_server.address_register.set_up import SetUp
from scenarios.book_type import BookType
from tests import a_set_up
from tests.a_set_up import RESOURCES, book, service

EXAMPLES = files("reference_server.address_register")
BESTE, TROBBEL = (Path(str(EXAMPLES.joinpath(f"{name}_kommune.toml"))) for name in ("beste", "trobbel"))


def problems_of(text: str) -> tuple[FileProblem, ...]:
    outcome = set_up_of(text.encode(), "set-up")
    assert not isinstance(outcome, SetUp)
    return outcome


def read(path: Path) -> SetUp:
    set_up = set_up_in(path)
    assert isinstance(set_up, SetUp)
    return set_up


@pytest.mark.parametrize(("lang", "words"), [("nb", "ingenting å bemerke"), ("en", "nothing to remark")])
def test_the_good_example_has_nothing_to_remark(lang: Any, words: str) -> None:
    text, code = check_register_text(BESTE, lang)
    assert code == 0
    assert words in text.splitlines()[0]
    assert "Bestill time ved Smittevern, Beste kommune" in text


def test_the_troubled_example_is_refused_for_four_reasons_and_quotes_the_guide() -> None:
    text, code = check_register_text(TROBBEL, "nb")
    assert code == 1
    assert "4 avvist" in text.splitlines()[0]
    assert text.index("Avvist\n") < text.index("Advarsler\n") < text.index("Råd\n") < text.index("Innbyggerne ser\n")
    assert "Krav: Man kan ikke ha ressurstimebøker brukt som ressurs og behandler" in " ".join(text.split())


def test_no_line_is_wider_than_a_page_but_what_citizens_see() -> None:
    findings = check_register_text(TROBBEL, "en")[0].split("Citizens see\n")[0]
    assert max(len(line) for line in findings.splitlines()) <= 110


def test_english_and_bokmaal_find_the_same() -> None:
    nb, en = (check_register_text(TROBBEL, lang) for lang in ("nb", "en"))
    assert nb[1] == en[1]
    assert len(nb[0].split("\n\n")) == len(en[0].split("\n\n"))
    assert "Velg behandler" in en[0]  # the portal's own words are not translated


def test_a_file_that_is_no_set_up_says_everything_at_once_with_lines(tmp_path: Path) -> None:
    text = BESTE.read_text(encoding="utf-8")
    text = text.replace('kind = "vaksinasjon"', 'kind = "vaksinasjn"').replace('type = "lab"', 'typ = "lab"')
    text = text.replace('"Behandleroversikt"', '"Behandleroverikt"').replace('["koronatest1"]', '["koronatest"]')
    path = tmp_path / "feil.toml"
    path.write_text(text, encoding="utf-8")
    said, code = check_register_text(path, "en")
    assert code == 2
    assert "services[1].kind  line" in said
    assert "did you mean vaksinasjon?" in said
    assert "did you mean Behandleroversikt?" in said  # spelt as in the guide itself
    assert "services[0].books[0]  line" in said
    assert "did you mean koronatest1?" in said
    assert "did you mean type?" in said
    assert "mente du type?" in check_register_text(path, "nb")[0]


@pytest.mark.parametrize(
    ("replaced", "by", "where", "what"),
    [
        ('id = "lab"', 'id = "koronatest1"', "books[2].id", "stands there twice"),
        ('ehr = "epj"', 'ehr = "epi"', "services[0].ehr", "did you mean epj?"),
        ('["lab", "reisevaksine"]', '["lab", "lab"]', "services[2].books[1]", "stands there twice"),
        ('used_as = ["practitioner"]', 'used_as = ["resource"]', "books[4]", "a resource book needs a type"),
        ("schema = 1", "schema = 2", "schema", "expected one of 1"),
        ('number = "9999"', "number = 9999", "municipality.number", "expected text in quotes"),
        ('name = "Beste kommune" ', 'name = "" ', "municipality.name", "must not be empty"),
        ('books = ["koronatest1"]', 'books = "koronatest1"', "services[0].books", "expected a list in square brackets"),
    ],
)
def test_what_is_no_set_up_is_said_where_it_is(replaced: str, by: str, where: str, what: str) -> None:
    text = BESTE.read_text(encoding="utf-8")
    assert replaced in text
    said = {problem.where: problem.en for problem in problems_of(text.replace(replaced, by, 1))}
    assert what in said[where]


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * (MAX_BYTES + 1), b"a = [", b"", b"schema = 1\nbooks = 3"])
def test_content_that_is_no_set_up_is_a_value_and_not_an_exception(content: bytes) -> None:
    assert isinstance(set_up_of(content, "set-up"), tuple)


def test_a_file_that_is_not_there_is_said_with_exit_code_2(tmp_path: Path) -> None:
    text, code = check_register_text(tmp_path / "ingen.toml", "nb")
    assert code == 2
    assert "kan ikke leses" in text


def test_a_file_saved_by_notepad_is_read() -> None:
    content = b"\xef\xbb\xbf" + BESTE.read_bytes().replace(b"\n", b"\r\n")
    assert isinstance(set_up_of(content, "set-up"), SetUp)


@settings(deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_content_is_a_set_up_or_problems(content: bytes) -> None:
    assert set_up_of(content, "set-up")


@st.composite
def tables(draw: st.DrawFn) -> dict[str, Any]:
    """The troubled example with anything switched, coupled and named differently."""
    table = tomllib.loads(TROBBEL.read_text(encoding="utf-8"))
    ids = [one["id"] for one in table["books"]]
    for one in table["services"]:
        one["processes"] = draw(st.lists(st.sampled_from([*RESOURCES, "Behandleroversikt"]), unique=True))
        one["books"] = draw(st.lists(st.sampled_from(ids), unique=True))
        one["kind"] = draw(st.sampled_from(["smittevern", "vaksinasjon", "legevakt", "fastlege"]))
        one["intermediate_solution"] = draw(st.sampled_from(["never", "in use", "left"]))
    for one in table["books"]:
        one["name"] = draw(st.sampled_from(["Koronatest", "Kalender 2", "Nordhallen", "Time til lab"]))
    return table


@settings(deadline=None)
@given(tables(), st.randoms(use_true_random=False))
def test_findings_do_not_depend_on_the_order_in_the_file(table: dict[str, Any], chance: random.Random) -> None:
    shuffled = copy.deepcopy(table)
    for name in ("ehrs", "services", "books"):
        chance.shuffle(shuffled[name])
    for one in shuffled["services"]:
        chance.shuffle(one["books"])
        chance.shuffle(one["processes"])
    assert findings_of(SetUp.model_validate(table)) == findings_of(SetUp.model_validate(shuffled))


@settings(deadline=None)
@given(tables())
def test_every_finding_can_be_said_in_both_languages(table: dict[str, Any]) -> None:
    for finding in findings_of(SetUp.model_validate(table)):
        for said in (finding.said("nb"), finding.said("en")):
            assert said.what
            assert said.seen
            assert said.mend
            assert "«»" not in said.seen


@settings(deadline=None)
@given(tables())
def test_only_a_refused_finding_changes_the_exit_code(table: dict[str, Any]) -> None:
    """«NB: Dette er ikke krav, men en anbefaling»."""
    findings = findings_of(SetUp.model_validate(table))
    assert is_refused(findings) == any(one.severity is Severity.REFUSED for one in findings)
    assert not is_refused(tuple(one for one in findings if one.severity is not Severity.REFUSED))


@settings(deadline=None)
@given(st.sampled_from(["text", "location"]), st.sampled_from([*BookType]), st.booleans())
def test_advice_never_changes_the_exit_code(field: str, book_type: str, on_legevakt: bool) -> None:
    """«NB: Dette er ikke krav, men en anbefaling»."""
    one = book("Timer hos oss", id="b", type=book_type) | {field: ""}
    set_up = a_set_up.of([service("legevakt" if on_legevakt else "vaksinasjon", ("b",))], [one])
    findings = findings_of(set_up)
    assert {finding.severity for finding in findings} == {Severity.ADVICE}
    assert not is_refused(findings)


NAMES = {"smittevern": "koronatest", "vaksinasjon": "koronavaksine", "legevakt": "lab"}


@settings(deadline=None)
@given(
    st.sets(st.sampled_from([*NAMES]), min_size=1),
    st.sampled_from(["never", "left"]),
    st.integers(1, 3),
    st.lists(st.sampled_from(["Ordinær", "Hastetime", "MustCall"]), max_size=1),
)
def test_who_follows_every_recommendation_has_no_findings(
    kinds: set[str], solution: str, books: int, appointment_types: list[str]
) -> None:
    """«Vi anbefaler følgende bruk av de ulike tjenestene»."""
    offered = {
        kind: [
            book(f"Timer {kind} nummer {k}", id=f"{kind}-{k}", type=NAMES[kind], appointment_types=appointment_types)
            for k in range(books)
        ]
        for kind in kinds
    }
    services = [
        service(kind, tuple(one["id"] for one in ours), intermediate_solution=solution)
        for kind, ours in offered.items()
    ]
    assert findings_of(a_set_up.of(services, [one for ours in offered.values() for one in ours])) == ()


def test_the_two_examples_show_every_rule_but_a_few() -> None:
    shown = {finding.rule for finding in findings_of(read(TROBBEL))}
    assert findings_of(read(BESTE)) == ()
    assert set(Rule) - shown == {
        Rule.PROCESS_OFF,
        Rule.INTERMEDIATE_HALF_LEFT,
        Rule.ROLE_BESIDE_RESOURCES,
        Rule.SEVERAL_TYPES,
        Rule.SAME_SERVICE_NAME,
        Rule.EMPTY_SERVICE,
        Rule.PRACTITIONER_OVERVIEW_OFF,
        Rule.COUPLING,
        Rule.INTERMEDIATE_IN_USE,
        Rule.NEVER_AT_THE_PLACE,
    }
