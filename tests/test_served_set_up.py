"""A municipality's set-up on the server: which books it must have, and what API and pages make of it."""

from collections.abc import Generator
from pathlib import Path

import pytest

from reference_server.address_register.served import SetUpRefused, set_up_for
from scenarios.inventory import inventory_of
from tests import a, a_set_up
from tests.office import START, Office, assert_problem
from tests.test_front_door import bolk
from tests.visitor import FIRST_TIME, Reception

BOOKS = inventory_of(a.scenario())[0].books
NEXT_DAY = "2021-05-11T09:00"
TITLE = "Time til koronavaksine hos Vaksine covid19 Beste kommune"
SET_UP = """
schema = 1
[municipality]
name = "Beste kommune"
number = "9999"
[[ehrs]]
id = "epj"
name = "EPJ"
[[services]]
id = "vaksinasjon"
kind = "vaksinasjon"
ehr = "epj"
processes = ["Timebestilling", "Timereservasjon", "Ressursoversikt"]
books = ["vaksine"]
[[books]]
id = "vaksine"
name = "Vaksine covid19"
type = "koronavaksine"
text = "Ta med legitimasjon."
location = "Nordhallen"
form = true
most_active = 2
cancel_ahead = "2 h"
change_ahead = "2 days"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "oppsett.toml"
    path.write_text(SET_UP, encoding="utf-8")
    return path


@pytest.fixture
def offices() -> Generator[list[Office]]:
    opened: list[Office] = []
    yield opened
    for office in opened:
        office.storage.close()


def reception_of(file: Path) -> Reception:
    return Reception(file.parent, set_up=set_up_for(BOOKS, file))


def test_pages_show_what_the_set_up_says(file: Path) -> None:
    visitor = reception_of(file).visitor(0).goes("/bestill/timebok")
    assert "Ta med legitimasjon. Du kan endre eller avbestille til 2 timer før timen." in visitor.words
    assert "Du må fylle ut en egenerklæring." in visitor.words
    visitor.goes(f"{FIRST_TIME}/0830").sends(f"{FIRST_TIME}/0830", ill="no", allergy="no", anticoagulant="no")
    visitor.reception.decide_all()
    visitor.goes("/timeavtaler").goes(visitor.link("10. mai 2021, kl. 08:30: " + TITLE))
    assert "Oppmøtested: Nordhallen" in visitor.words
    assert "Frist for å endre: lørdag 8. mai 2021, kl. 08:30" in visitor.words
    assert "Frist for å avbestille: mandag 10. mai 2021, kl. 06:30" in visitor.words


def test_api_and_pages_count_alike(file: Path, offices: list[Office]) -> None:
    offices.append(office := Office(file.parent, set_up=set_up_for(BOOKS, file)))
    office.reserved(0, "one", START)
    office.reserved(0, "two", NEXT_DAY)
    assert_problem(office.reserve(0, "three", NEXT_DAY), 409, "as it allows")


def test_deadlines_of_the_set_up_hold_in_the_api(offices: list[Office], tmp_path: Path) -> None:
    strict = a_set_up.of_the_smoke_test(cancel_ahead="300 days", change_ahead="300 days")
    offices.append(office := Office(tmp_path, set_up=strict))
    office.reserved(0)
    office.decide_all()
    (one,) = office.page("/appointments")["appointments"]
    path, headers = f"/api/v1/appointments/{one['appointment']}", office.of(0) | {"Idempotency-Key": "k"}
    assert_problem(office.web.post(f"{path}/cancel", headers=headers), 409, "please call")
    assert_problem(office.web.post(f"{path}/change", json={"start": NEXT_DAY}, headers=headers), 409, "please call")


@pytest.mark.parametrize(
    ("replaced", "by", "said"),
    [
        ('name = "Vaksine covid19"', 'name = "Vaksine covid"', "did you mean «Vaksine covid19»?"),
        ('type = "koronavaksine"', 'type = "lab"', "is of type lab here and koronavaksine in the scenario"),
        ('number = "9999"', 'number = "0301"', "Beste kommune (0301) is none of those served"),
        ("most_active = 2", "most_activ = 2", "did you mean most_active?"),
        ('cancel_ahead = "2 h"', "cancel_ahead = 2", "expected a length of time with its unit"),
        ('"Timebestilling", "Timereservasjon"', '"Timereservasjon"', "Timebestilling is not switched on"),
        ("schema = 1", "schema = ", "not TOML"),
    ],
)
def test_a_set_up_that_does_not_fit_is_refused_with_what_is_wrong(
    replaced: str, by: str, said: str, file: Path
) -> None:
    assert replaced in SET_UP
    file.write_text(SET_UP.replace(replaced, by, 1), encoding="utf-8")
    with pytest.raises(SetUpRefused, match=r"oppsett\.toml") as refusal:
        set_up_for(BOOKS, file)
    assert said in str(refusal.value)


def test_two_books_of_one_name_are_not_told_apart_by_guessing(file: Path) -> None:
    twin = SET_UP[SET_UP.index("[[books]]") :].replace('id = "vaksine"', 'id = "tvilling"')
    file.write_text(SET_UP.replace('books = ["vaksine"]', 'books = ["vaksine", "tvilling"]') + twin, encoding="utf-8")
    with pytest.raises(SetUpRefused, match="not clear which is which"):
        set_up_for(BOOKS, file)


def test_serve_refuses_such_a_file_with_exit_code_2(file: Path) -> None:
    file.write_text(SET_UP.replace("Vaksine covid19", "Vaksine"), encoding="utf-8")
    done = bolk("serve", "ci-smoke", "--port", "0", "--login-port", "0", "--set-up", str(file))
    assert done.returncode == 2
    assert "no book of the scenario has the name «Vaksine»" in done.stderr


def test_a_process_is_told_the_set_up_as_it_was_read() -> None:
    one = a_set_up.of_the_smoke_test(most_active="unlimited", cancel_ahead="90 min", meetings=["place", "video"])
    assert type(one).model_validate_json(one.model_dump_json(by_alias=True)) == one
