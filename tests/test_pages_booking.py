"""The citizen's pages by request: the way to an appointment, the inbox, changing and cancelling."""

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from reference_server.booking import Terms
from reference_server.storage import State
from scenarios.book_type import BookType
from tests.visitor import BEFORE, FIRST_TIME, Reception, Visitor, a_card

TITLE = "10. mai 2021, kl. 08:30: Time til koronavaksine hos Vaksine covid19 Beste kommune"


@pytest.fixture
def reception(tmp_path: Path) -> Reception:
    return Reception(tmp_path)


def with_appointment(reception: Reception, citizen: int = 0, clock: str = "0830") -> Visitor:
    """A visitor on the page of a confirmed appointment."""
    visitor = reception.visitor(citizen).books(clock)
    reception.decide_all()
    return visitor.goes(visitor.goes("/innboks").link("Se timeavtalen"))


def test_the_way_of_the_guide_from_timeavtaler_to_the_appointment(reception: Reception) -> None:
    visitor = reception.visitor(0)
    assert visitor.heading == "Timeavtaler"
    assert visitor.goes(visitor.link("Bestill time")).heading == "Hva slags time trenger du?"
    assert visitor.goes(visitor.link("Gå direkte til timebestilling")).heading == (
        "Bestill time ved Vaksinasjon, Beste kommune"
    )
    assert "Velg behandler" in visitor.words
    visitor.goes("/bestill/timebok?timebok=9999-1&neste=1")
    assert (visitor.heading, "mai 2021" in visitor.words) == ("Velg dato", True)
    visitor.goes(FIRST_TIME)
    assert visitor.heading == "Velg time"
    assert "08:30–08:35 08:35–08:40 08:40–08:45" in visitor.words
    visitor.sends(FIRST_TIME, start="0830")
    assert visitor.heading == "Timebestillingen er sendt"
    assert "Du finner informasjon om timebestillingen i innboksen." in visitor.words
    visitor.goes(visitor.link("OK"))
    assert visitor.heading == "Innboks"
    reception.decide_all()
    visitor.goes("/innboks")
    assert TITLE in visitor.words
    visitor.goes(visitor.link("Se timeavtalen"))
    assert visitor.heading == TITLE
    for fact in (
        "Antatt varighet: 5 min",
        "Oppmøtested: Vaksine covid19",
        "Timen gjelder: Koronavaksine",
        "Status: ● Tildelt",
        "Legg i egen kalender",
    ):
        assert fact in visitor.words
    assert TITLE in visitor.goes("/timeavtaler").words


def test_guidance_comes_first_for_those_who_want_it(reception: Reception) -> None:
    visitor = reception.visitor(0).goes("/bestill")
    visitor.goes(visitor.link("Få veiledning før timebestilling"))
    assert "116 117" in visitor.words
    assert visitor.goes(visitor.link("Gå videre til timebestilling")).heading.startswith("Bestill time ved")


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        (BookType.KORONATEST, "Time til koronatest hos"),
        (BookType.KORONAVAKSINE, "Time til koronavaksine hos"),
        (BookType.LAB, "Time til laboratoriet hos"),
        (BookType.VAKSINE, "Time til vaksine hos"),
    ],
)
def test_each_type_of_book_has_the_title_of_the_guide(tmp_path: Path, kind: BookType, title: str) -> None:
    card = a_card()
    reception = Reception(tmp_path, [dataclasses.replace(card, book=dataclasses.replace(card.book, type=kind))])
    assert with_appointment(reception).heading == f"10. mai 2021, kl. 08:30: {title} Vaksine covid19 Beste kommune"


def test_a_reservation_that_waits_is_plainly_not_an_appointment(reception: Reception) -> None:
    visitor = reception.visitor(0).books("0830")
    not_yours = "Timen er ikke din før du har fått bekreftelse."
    assert not_yours in visitor.words
    assert not_yours in visitor.goes("/innboks").words
    assert "Bekreftet" not in visitor.words
    visitor.goes("/timeavtaler")
    assert not_yours in visitor.words
    assert "Du har ingen timeavtaler." in visitor.words


def test_an_answer_that_is_decided_but_not_visible_still_waits(reception: Reception) -> None:
    visitor = reception.visitor(0).books("0830")
    waiting = reception.storage.oldest_waiting()
    assert waiting is not None
    reception.storage.decide(waiting.reservation, visible_s=9e9)
    assert "Venter på svar" in visitor.goes("/innboks").words
    assert "Du har ingen timeavtaler." in visitor.goes("/timeavtaler").words


def test_a_rejection_is_announced_with_a_way_straight_back_to_the_times(reception: Reception) -> None:
    late = reception.visitor(9).goes(FIRST_TIME)
    for citizen in range(3):
        reception.visitor(citizen).books("0830")
    late.sends(FIRST_TIME, start="0830")
    reception.decide_all()
    late.goes("/innboks")
    assert "Avslag En annen fikk timen mandag 10. mai 2021, kl. 08:30 før deg." in late.words
    assert 'role="alert"' in late.source
    assert "<title>Du fikk ikke timen" in late.source
    late.goes(late.link("Velg en ny time"))
    assert late.heading == "Velg time"
    assert "08:30–08:35" not in late.words
    late.sends(FIRST_TIME, start="0835")
    reception.decide_all()
    assert 'role="alert"' not in late.goes("/innboks").source
    assert "08:35: Time til" in late.goes("/timeavtaler").words


def test_a_form_that_is_sent_twice_is_one_reservation(reception: Reception) -> None:
    visitor = reception.visitor(0).goes(FIRST_TIME)
    fields = visitor.hidden | {"start": "0830"}
    first = visitor.posts(FIRST_TIME, **fields).answer.request.path
    assert visitor.posts(FIRST_TIME, **fields).answer.request.path == first
    assert reception.states() == [State.SENT]


def test_a_second_time_in_the_same_book_is_refused_with_the_reason(reception: Reception) -> None:
    visitor = reception.visitor(0).books("0830").books("0900")
    assert (visitor.answer.status_code, visitor.heading) == (409, "Du har allerede en time her")
    assert reception.states() == [State.SENT]


def test_the_form_asks_for_every_answer_and_keeps_those_that_were_given(tmp_path: Path) -> None:
    reception = Reception(tmp_path, [dataclasses.replace(a_card(), form=True)])
    visitor = reception.visitor(0).goes(FIRST_TIME)
    form = visitor.link("08:30–08:35")
    visitor.goes(form).sends(form, ill="no")
    assert visitor.answer.status_code == 422
    assert "Du må svare på alle spørsmålene" in visitor.words
    assert 'id="ill-no" checked' in visitor.source
    assert 'href="#allergy-yes"' in visitor.source
    assert 'href="#ill-yes"' not in visitor.source
    visitor.sends(form, ill="no", allergy="no", anticoagulant="yes")
    assert visitor.heading == "Timebestillingen er sendt"
    assert reception.states() == [State.SENT]


def test_a_book_with_a_form_cannot_be_booked_past_it(tmp_path: Path) -> None:
    reception = Reception(tmp_path, [dataclasses.replace(a_card(), form=True)])
    visitor = reception.visitor(0).goes(FIRST_TIME + "/0830")
    visitor.sends(FIRST_TIME, start="0830")
    assert visitor.heading == "Egenerklæring"
    assert reception.states() == []


def test_cancelling_asks_first_then_frees_the_place_and_says_so(reception: Reception) -> None:
    visitor = with_appointment(reception)
    page = visitor.answer.request.path
    visitor.goes(visitor.link("Avbestill time"))
    assert visitor.heading == "Vil du avbestille timen?"
    visitor.sends(visitor.answer.request.path)
    assert "Timen er avbestilt." in visitor.words
    assert "Status: – Avbestilt" in visitor.words
    assert "Endre time" not in visitor.words
    assert reception.storage.everything().free == 144
    assert "Du har ingen timeavtaler." in visitor.goes("/timeavtaler").words
    assert "Du har avbestilt timen" in visitor.goes("/innboks").words
    assert visitor.goes(f"{page}/avbestill").heading == TITLE


def test_changing_takes_the_new_time_and_frees_the_old(reception: Reception) -> None:
    visitor = with_appointment(reception)
    visitor.goes(visitor.link("Endre time"))
    assert "Den beholder du til den nye er bekreftet." in visitor.words
    query = "?" + visitor.answer.request.query_string.decode()
    visitor.goes(f"/bestill/9999-1/2021-05-11{query}").sends(f"/bestill/9999-1/2021-05-11{query}", start="0900")
    assert visitor.heading.startswith("11. mai 2021, kl. 09:00: Time til koronavaksine")
    assert "Timen er endret." in visitor.words
    assert reception.states() == [State.CANCELLED, State.CONFIRMED]
    assert "Du har byttet bort timen mandag 10. mai 2021, kl. 08:30." in visitor.goes("/innboks").words


def test_a_change_to_a_full_time_keeps_the_old_one_and_says_so(reception: Reception) -> None:
    visitor = with_appointment(reception)
    visitor.goes(visitor.link("Endre time"))
    day = f"{FIRST_TIME}?{visitor.answer.request.query_string.decode()}"
    visitor.goes(day)
    for citizen in range(1, 4):
        reception.visitor(citizen).books("0900")
    reception.decide_all()
    visitor.sends(day, start="0900")
    assert "Avslag" in visitor.words
    assert "Du har fortsatt timen du ville bytte." in visitor.words
    assert "endrer=" in visitor.link("Velg en ny time")
    assert TITLE in visitor.goes("/timeavtaler").words


def test_deadlines_are_shown_and_kept(tmp_path: Path) -> None:
    now = [BEFORE]
    card = dataclasses.replace(
        a_card(), terms=Terms(cancel_ahead=dt.timedelta(hours=2), change_ahead=dt.timedelta(days=2))
    )
    reception = Reception(tmp_path, [card], clock=lambda: now[0])
    visitor = with_appointment(reception)
    page = visitor.answer.request.path
    assert "Frist for å endre: lørdag 8. mai 2021, kl. 08:30" in visitor.words
    assert "Frist for å avbestille: mandag 10. mai 2021, kl. 06:30" in visitor.words
    visitor.goes(visitor.link("Avbestill time"))
    now[0] = dt.datetime(2021, 5, 10, 6, 31)  # noqa: DTZ001 (local)
    visitor.sends(f"{page}/avbestill")
    assert (visitor.answer.status_code, visitor.heading) == (409, "Fristen er ute")
    visitor.goes(page)
    assert "Avbestill time" not in visitor.words
    assert "Ring kommunen hvis du ikke kan komme." in visitor.words
    assert reception.states() == [State.CONFIRMED]


def test_the_calendar_file_follows_the_appointment(reception: Reception) -> None:
    visitor = with_appointment(reception)
    page = visitor.answer.request.path
    file = visitor.client.get(f"{page}/kalender.ics")
    assert file.content_type == "text/calendar; charset=utf-8"
    unfolded = file.get_data(as_text=True).replace("\r\n ", "")
    assert "DTSTART:20210510T063000Z\r\nDTEND:20210510T063500Z" in unfolded  # summer time in Norway
    assert f"SUMMARY:{TITLE.replace(',', chr(92) + ',')}\r\n" in unfolded
    assert "SEQUENCE:0\r\n" in unfolded
    uid = unfolded.partition("UID:")[2].partition("\r\n")[0]
    visitor.goes(f"{page}/avbestill").sends(f"{page}/avbestill")
    cancelled = visitor.client.get(f"{page}/kalender.ics").get_data(as_text=True).replace("\r\n ", "")
    assert f"UID:{uid}\r\nSEQUENCE:1\r\n" in cancelled
    assert "STATUS:CANCELLED\r\n" in cancelled


def test_only_days_with_free_times_can_be_chosen(reception: Reception) -> None:
    visitor = reception.visitor(0).goes("/bestill/9999-1")
    assert visitor.source.count('<td><a href="/bestill/9999-1/2021-05-') == 2
    assert "10. mai 2021, 72 ledige" in visitor.source
    assert "Neste måned" not in visitor.words
    assert "Neste måned: mai 2021" in visitor.goes("/bestill/9999-1?maned=2021-02").words


@pytest.mark.parametrize(
    "address",
    [
        "/bestill/none",
        "/bestill/9999-1/tomorrow",
        "/bestill/9999-1/20210510",
        "/bestill/9999-1/2021-05-10/0831",
        "/bestilt/none",
        "/timeavtaler/none",
        "/timeavtaler/none/kalender.ics",
        "/timeavtaler/none/avbestill",
        "/bestill/9999-1?endrer=none",
    ],
)
def test_what_is_not_there_is_said_to_be_not_there(reception: Reception, address: str) -> None:
    visitor = reception.visitor(0).goes(address)
    assert (visitor.answer.status_code, visitor.heading) == (404, "Vi finner ikke siden")


def test_next_without_a_choice_says_what_is_missing(reception: Reception) -> None:
    visitor = reception.visitor(0).goes("/bestill/timebok?neste=1")
    assert visitor.answer.status_code == 422
    assert "Velg en timebok i listen." in visitor.words
