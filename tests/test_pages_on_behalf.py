"""The pages on behalf of a child or by mandate: chosen, said on every page, recorded, refused where it has ended."""

import datetime as dt
from pathlib import Path

import pytest

from reference_server.pages.behalf import CHOICE_COOKIE
from reference_server.pages.session import Session, Sessions
from reference_server.relations import persons
from reference_server.storage import State
from reference_server.tokens import Tokens
from scenarios.identity import number_of_birthday
from tests.visitor import BEFORE, FIRST_TIME, Reception, Visitor

LINE = "Du bruker timebestilling på vegne av Liten Lerke"
TITLE = "10. mai 2021, kl. 08:30: Time til koronavaksine hos Vaksine covid19 Beste kommune"
CHILD = number_of_birthday(dt.date(2017, 9, 14), 0)
TEENAGER = number_of_birthday(dt.date(2007, 6, 1), 0)


class Moving(Reception):
    """A reception whose clock can be set."""

    def __init__(self, folder: Path) -> None:
        self.now = BEFORE
        super().__init__(folder, clock=lambda: self.now)

    def person(self, name: str) -> Visitor:
        """A new browser, logged in as a person of the register."""
        return self.visitor().logs_in(persons()[name])

    def key(self, number: str) -> str:
        return Tokens(self.secret).citizen_key(number)


@pytest.fixture
def reception(tmp_path: Path) -> Moving:
    return Moving(tmp_path)


def on_behalf(reception: Moving, name: str = "Varm Vind", number: str = CHILD) -> Visitor:
    """A visitor who has chosen to book for somebody."""
    visitor = reception.person(name)
    return visitor.goes(visitor.link("Velg hvem du bestiller for")).sends("/hvem", whom=reception.key(number))


def header(visitor: Visitor) -> str:
    return visitor.source.partition("<main")[0]


def test_only_those_who_represent_somebody_are_asked_whom_they_book_for(reception: Moving) -> None:
    visitor = reception.person("Kvikk Elg")
    assert "/hvem" not in visitor.source
    assert "Du kan bare bestille for deg selv." in visitor.goes("/hvem").words
    visitor = reception.person("Varm Vind")
    visitor.goes(visitor.link("Velg hvem du bestiller for"))
    assert "Meg selv Liten Lerke Du er forelder." in visitor.words
    assert "til det fyller 16 år, torsdag 1. juni 2023." in visitor.words
    assert "Blid Bjørk Du har fullmakt til og med mandag 31. desember 2040." in visitor.words
    assert "Stille Fjord" not in visitor.words  # this mandate has ended


def test_everything_concerns_the_child_and_is_recorded_with_who_acts(reception: Moving) -> None:
    visitor = on_behalf(reception)
    assert (visitor.heading, LINE in header(visitor)) == ("Timeavtaler", True)
    assert "Her kan du se timene til Liten Lerke hos kommunen." in visitor.words
    visitor.books("0830")
    reception.decide_all()
    (one,) = reception.storage.everything().reservations
    assert (one.wish.citizen, one.wish.acting) == (reception.key(CHILD), reception.key(persons()["Varm Vind"]))
    page = visitor.goes("/innboks").link("Se timeavtalen")
    assert visitor.goes(page).heading == TITLE
    assert visitor.client.get(f"{page}/kalender.ics").status_code == 200
    moving = f"/bestill/9999-1/2021-05-11?endrer={one.appointment}"
    assert "Timen er endret." in visitor.goes(moving).sends(moving, start="0900").words
    assert reception.storage.everything().reservations[1].wish.acting == one.wish.acting
    other = on_behalf(reception, "Trygg Tinde").goes("/timeavtaler")
    cancel = other.link("11. mai 2021, kl. 09:00: Time til koronavaksine hos Vaksine covid19 Beste kommune")
    assert "Timen er avbestilt." in other.goes(f"{cancel}/avbestill").sends(f"{cancel}/avbestill").words
    assert reception.states() == [State.CANCELLED, State.CANCELLED]
    by = [one.cancelled_by for one in reception.storage.everything().reservations]
    assert by == [reception.key(persons()[name]) for name in ("Varm Vind", "Trygg Tinde")]
    first, second = "timen mandag 10. mai 2021, kl. 08:30.", "timen tirsdag 11. mai 2021, kl. 09:00."
    visitor.goes("/innboks")
    assert f"Du har byttet bort {first}" in visitor.words
    assert f"En annen har avbestilt {second}" in visitor.words
    other.goes("/innboks")
    assert f"En annen har byttet bort {first}" in other.words
    assert f"Du har avbestilt {second}" in other.words
    assert "Avbestilt" in reception.visitor().logs_in(CHILD).goes("/innboks").words
    assert "Innboksen er tom." in reception.person("Varm Vind").goes("/innboks").words


def test_every_page_says_on_whose_behalf_and_leads_back_to_oneself(reception: Moving) -> None:
    visitor = on_behalf(reception)
    for address in ("/", "/tilgjengelighet", "/timeavtaler", "/innboks", "/bestill", "/bestill/veiledning", "/hvem"):
        assert LINE in header(visitor.goes(address)), address
    for address in ("/bestill/timebok", "/bestill/9999-1", FIRST_TIME, "/timeavtaler/none", "/bestill/none"):
        assert LINE in header(visitor.goes(address)), address
    assert "on behalf of Liten Lerke" in header(visitor.goes("/innboks?lang=en"))
    visitor.goes("/innboks?lang=nb").sends("/hvem", whom="")
    assert (visitor.heading, "på vegne av" in visitor.source) == ("Timeavtaler", False)


def test_a_form_that_was_opened_for_one_is_not_sent_for_another(reception: Moving) -> None:
    visitor = on_behalf(reception).goes(FIRST_TIME)
    for_the_child = visitor.hidden
    visitor.sends("/hvem", whom="")
    assert visitor.posts(FIRST_TIME, **for_the_child, start="0830").answer.status_code == 403
    for_oneself = visitor.goes(FIRST_TIME).hidden
    visitor.goes("/hvem").sends("/hvem", whom=reception.key(CHILD))
    assert visitor.posts(FIRST_TIME, **for_oneself, start="0830").answer.status_code == 403
    assert reception.states() == []


@pytest.mark.parametrize("number", [CHILD, persons()["Blid Bjørk"], persons()["Stille Fjord"]])
def test_a_form_that_names_somebody_else_is_refused(reception: Moving, number: str) -> None:
    visitor = reception.person("Kvikk Elg").goes("/hvem")
    token = visitor.hidden["form_token"]
    visitor.posts("/hvem", form_token=token, whom=reception.key(number))
    assert (visitor.answer.status_code, visitor.heading) == (403, "Du kan ikke lenger bestille for denne personen")
    assert visitor.client.get_cookie(CHOICE_COOKIE) is None
    assert visitor.posts("/hvem", form_token="0" * 64, whom="").answer.status_code == 403


def test_a_cookie_that_says_otherwise_is_refused_on_every_page_until_one_chooses_again(reception: Moving) -> None:
    sessions, visitor = Sessions(reception.secret), reception.person("Kvikk Elg")
    theirs = on_behalf(reception).client.get_cookie(CHOICE_COOKIE)
    cookie = visitor.client.get_cookie("bolk_session")
    assert theirs is not None
    assert cookie is not None
    mine = sessions.read(cookie.value)
    assert mine is not None
    unasked = sessions.new_choice(mine, reception.key(CHILD))
    for forged in (theirs.value, unasked, sessions.new_choice(Session("x", "y"), reception.key(CHILD)), "x", ""):
        visitor.client.set_cookie(CHOICE_COOKIE, forged)
        for address in ("/timeavtaler", "/innboks", "/bestill", FIRST_TIME, "/timeavtaler/x/kalender.ics"):
            assert visitor.goes(address).answer.status_code == 403
            assert "Liten Lerke" not in visitor.source
        visitor.sends(FIRST_TIME, start="0830", key="k")
        assert visitor.answer.status_code == 403
    assert reception.states() == []
    visitor.sends("/hvem", whom="")
    assert (visitor.answer.status_code, visitor.heading) == (200, "Timeavtaler")


def test_a_child_that_turns_16_is_represented_no_longer_and_one_page_says_so(reception: Moving) -> None:
    visitor = on_behalf(reception, number=TEENAGER).books("0830")
    reception.decide_all()
    page = visitor.goes("/innboks").link("Se timeavtalen")
    open_form = visitor.goes(FIRST_TIME).hidden
    reception.now = dt.datetime(2023, 6, 1)  # noqa: DTZ001 (local, as the books')
    for address in (page, f"{page}/kalender.ics", "/innboks", "/timeavtaler"):
        visitor.goes(address)
        assert (visitor.answer.status_code, visitor.heading) == (403, "Du kan ikke lenger bestille for denne personen")
        assert "på vegne av" not in visitor.source
    assert visitor.posts(FIRST_TIME, **open_form, start="0835").answer.status_code == 403
    assert reception.states() == [State.CONFIRMED]
    visitor.goes(visitor.goes("/timeavtaler").link("Velg hvem du bestiller for"))
    assert "Spe Spire" not in visitor.words
    assert visitor.sends("/hvem", whom="").heading == "Timeavtaler"


def test_of_everybody_only_parents_and_holders_of_a_mandate_get_to_act_for_somebody(reception: Moving) -> None:
    may = {"Varm Vind": {CHILD, TEENAGER, persons()["Blid Bjørk"]}, "Trygg Tinde": {CHILD}}
    for name in ("Varm Vind", "Trygg Tinde", "Kvikk Elg"):
        visitor = reception.person(name)
        for number in (CHILD, TEENAGER, *persons().values()):
            visitor.goes("/hvem").sends("/hvem", whom=reception.key(number))
            assert (visitor.answer.status_code == 200) is (number in may.get(name, set())), (name, number)


def test_logging_out_and_in_ends_acting_for_somebody(reception: Moving) -> None:
    visitor = on_behalf(reception, number=TEENAGER)
    reception.now = dt.datetime(2023, 6, 1)  # noqa: DTZ001 (one can log out even where nothing else is left)
    assert visitor.goes("/timeavtaler").sends("/logg-ut").heading == "Timebestilling"
    assert visitor.client.get_cookie(CHOICE_COOKIE) is None
    visitor.client.set_cookie(CHOICE_COOKIE, "left behind")
    assert visitor.logs_in(persons()["Varm Vind"]).answer.status_code == 200
