"""How the server gives places, strategy by strategy, over its API."""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from tests import a
from tests.office import ADMIN, BOOK, START, Office, assert_problem

PLACES = 3  # at each time of the smoke test
Open = Callable[..., Office]


@pytest.fixture
def opened(tmp_path: Path) -> Generator[Open]:
    """Open an office whose scenario says how places are given."""
    offices: list[Office] = []

    def open_one(strategy: str = "queued", listing: str = "earliest", **changes: Any) -> Office:
        keys = {"platform.strategy": strategy, "platform.listing": listing, **changes}
        offices.append(Office(tmp_path, scenario=a.scenario(keys)))
        return offices[-1]

    yield open_one
    for office in offices:
        office.storage.close()


def post(office: Office, path: str, citizen: int, body: Any, key: str = "one") -> Any:
    return office.web.post(f"/api/v1{path}", json=body, headers=office.of(citizen) | {"Idempotency-Key": key})


def wish(start: str = START) -> dict[str, str]:
    return {"book": BOOK, "start": start}


def taken(office: Office) -> list[tuple[str, str]]:
    record = office.web.get("/admin/export", headers=ADMIN).get_json()
    return [(one["citizen"], one["slot"]) for one in record["appointments"]]


def test_an_immediate_reservation_is_answered_in_the_request(opened: Open) -> None:
    office = opened("immediate")
    answers = [post(office, "/reservations", citizen, wish()) for citizen in range(PLACES + 1)]
    assert [answer.status_code for answer in answers] == [201] * PLACES + [409]
    assert answers[0].get_json()["slot"] == f"{BOOK}/{START}/1"
    assert answers[0].get_json()["outcome"] == "CONFIRMED"
    assert_problem(answers[-1], 409, "somebody else got it first")
    assert len(taken(office)) == PLACES


@pytest.mark.parametrize("strategy", ["immediate", "assign", "hold"])
def test_asking_again_with_the_same_key_gives_the_same_answer_and_no_second_place(opened: Open, strategy: str) -> None:
    office = opened(strategy)
    path = "/holds" if strategy == "hold" else "/reservations"
    body = {"book": BOOK} if strategy == "assign" else wish()
    first, again = (post(office, path, 0, body) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.get_json() == again.get_json()
    assert office.web.get("/admin/export", headers=ADMIN).get_json()["free"] == 143


def test_assigned_places_are_given_from_the_first_on_until_there_is_none(opened: Open) -> None:
    office = opened("assign")
    starts = [post(office, "/reservations", citizen, {"book": BOOK}).get_json()["start"] for citizen in range(4)]
    assert starts == [START] * PLACES + ["2021-05-10T08:35"]
    assert len({slot for _, slot in taken(office)}) == 4


def test_a_held_place_is_nobody_elses_and_becomes_an_appointment(opened: Open) -> None:
    office = opened("hold")
    holds = [post(office, "/holds", citizen, wish()) for citizen in range(PLACES + 1)]
    assert [hold.status_code for hold in holds] == [201] * PLACES + [409]
    assert taken(office) == []
    reservation = holds[0].get_json()["reservation"]
    confirmed = post(office, f"/holds/{reservation}/confirm", 0, {})
    assert confirmed.status_code == 200
    assert confirmed.get_json()["start"] == START
    assert [slot for _, slot in taken(office)] == [confirmed.get_json()["slot"]]


@pytest.mark.parametrize("strategy", ["immediate", "assign", "hold"])
def test_one_place_each_however_places_are_given(opened: Open, strategy: str) -> None:
    office = opened(strategy)
    path = "/holds" if strategy == "hold" else "/reservations"
    one, other = ({"book": BOOK}, {"book": BOOK}) if strategy == "assign" else (wish(), wish("2021-05-11T09:00"))
    assert post(office, path, 0, one).status_code == 201
    assert_problem(post(office, path, 0, other, "two"), 409, "change or cancel the one you have")


def test_a_hold_can_be_given_up_and_is_somebody_elses_then(opened: Open) -> None:
    office = opened("hold")
    holds = [post(office, "/holds", citizen, wish()).get_json()["reservation"] for citizen in range(PLACES)]
    assert post(office, f"/holds/{holds[1]}/release", 1, {}).status_code == 204
    assert post(office, "/holds", 9, wish()).status_code == 201
    assert_problem(post(office, f"/holds/{holds[1]}/confirm", 1, {}), 409, "no longer")


def test_a_hold_can_be_extended_ten_times_and_no_more(opened: Open) -> None:
    # WCAG 2.2, success criterion 2.2.1: a time limit can be extended at least ten times.
    office = opened("hold")
    reservation = post(office, "/holds", 0, wish()).get_json()["reservation"]
    answers = [post(office, f"/holds/{reservation}/extend", 0, {}) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [409]


@pytest.mark.parametrize("verb", ["confirm", "extend", "release"])
def test_the_hold_of_another_citizen_does_not_exist(opened: Open, verb: str) -> None:
    office = opened("hold")
    reservation = post(office, "/holds", 0, wish()).get_json()["reservation"]
    assert_problem(post(office, f"/holds/{reservation}/{verb}", 1, {}), 409, "you hold nothing")
    assert post(office, f"/holds/{reservation}/confirm", 0, {}).status_code == 200


def test_a_queued_server_has_no_holds_and_a_holding_one_no_reservations(opened: Open) -> None:
    assert post(opened(), "/holds", 0, wish()).status_code == 404


def test_the_document_describes_what_the_strategy_offers(opened: Open) -> None:
    paths = opened("hold").web.get("/api/v1/openapi.json").get_json()["paths"]
    assert "/api/v1/holds" in paths
    assert "/api/v1/holds/{reservation}/confirm" in paths
    assert "/api/v1/reservations" not in paths


def test_a_spread_list_holds_the_same_times_in_an_order_of_ones_own(opened: Open) -> None:
    office = opened(listing="spread")
    path = f"/books/{BOOK}/slots?date=2021-05-10"
    shown = [[slot["start"] for slot in office.page(path, citizen)["slots"]] for citizen in (0, 0, 1)]
    assert shown[0] == shown[1] != shown[2]
    assert sorted(shown[0]) == sorted(shown[2])
    assert len(shown[0]) == 24


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("koronatest", "Time til koronatest hos Vaksine covid19 Beste kommune"),
        ("koronavaksine", "Time til koronavaksine hos Vaksine covid19 Beste kommune"),
        ("lab", "Time til laboratoriet hos Vaksine covid19 Beste kommune"),
        ("vaksine", "Time til vaksine hos Vaksine covid19 Beste kommune"),
    ],
)
def test_the_title_of_an_appointment_says_what_the_book_is_for(opened: Open, kind: str, title: str) -> None:
    # Norsk helsenett's guide, «Kategorier for ressurstimebok».
    (block,) = a.scenario().model_dump(mode="json", by_alias=True, exclude_none=True)["slots"]
    office = opened("immediate", slots=[{**block, "type": kind}])
    answer = post(office, "/reservations", 0, wish()).get_json()
    assert answer["title"] == f"10. mai 2021, kl. 08:30: {title}"
