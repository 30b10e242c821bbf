"""Each rule of the guide on the address register; the docstrings quote it."""

import itertools
import re

import pytest

from reference_server.address_register.citizen_view import (
    other_municipality_view,
    shown_appointment_type,
    view_of,
)
from reference_server.address_register.finding import Finding, Rule, Severity, guide_rules
from reference_server.address_register.lint import findings_of, is_refused
from reference_server.address_register.set_up import Process, SetUp
from scenarios.book_type import BookType
from tests import a_set_up
from tests.a_set_up import PRACTITIONERS, RESOURCES, book, service


def found(set_up: SetUp, rule: Rule) -> Finding:
    """The one finding of a rule."""
    (finding,) = [one for one in findings_of(set_up) if one.rule is rule]
    return finding


def with_processes(*processes: str, **fields: object) -> SetUp:
    one = service("smittevern", ("Koronatest",), processes=list(processes), **fields)
    return a_set_up.of([one], [book()])


def test_all_three_processes_give_the_button_and_no_finding() -> None:
    """«Timebestilling + Timereservasjon + Ressursoversikt»."""
    set_up = with_processes(*RESOURCES)
    assert view_of(set_up, set_up.services[0]) is not None
    assert findings_of(set_up) == ()


@pytest.mark.parametrize("missing", RESOURCES)
def test_without_any_of_the_three_processes_there_is_no_button_and_the_set_up_is_refused(missing: str) -> None:
    """«For riktig oppsett må følgende prosesser aktiveres på ønskede tjenester»."""
    set_up = with_processes(*(one for one in RESOURCES if one != missing))
    assert view_of(set_up, set_up.services[0]) is None
    (finding,) = findings_of(set_up)
    assert finding.severity is Severity.REFUSED
    assert missing in finding.said("nb").what
    assert missing in finding.said("en").mend
    assert "[Bestill time]" in finding.said("nb").seen


def test_timebestilling_must_be_on_although_it_carries_no_messages() -> None:
    """«brukes ikke til kommunikasjon, men må være med for å få opprettet helsekontakter med [Bestill time]»."""
    finding = found(with_processes("Timereservasjon", "Ressursoversikt"), Rule.TIMEBESTILLING_OFF)
    assert "carries no messages" in finding.said("en").mend
    assert "brukes ikke til kommunikasjon, men må være med" in finding.guide.quote


def test_every_type_may_be_coupled_to_every_service() -> None:
    """«Alle fire timeboktyper ... kan sette opp for alle 3 tjenester»; «NB: Dette er ikke krav, men en anbefaling»."""
    for kind, one in itertools.product(("smittevern", "vaksinasjon", "legevakt"), BookType):
        set_up = a_set_up.of([service(kind, ("B",))], [book("Timer hos oss", id="B", type=one)])
        assert not is_refused(findings_of(set_up))
        view = view_of(set_up, set_up.services[0])
        assert view is not None
        assert [choice.label for choice in view.choices] == ["Timer hos oss"]


@pytest.mark.parametrize(
    ("kind", "recommended"),
    [
        ("smittevern", {"koronatest"}),  # «Smitteverntjenesten kobles med timebøker av type koronatest»
        ("vaksinasjon", {"koronavaksine"}),  # «Vaksinasjonstjenesten kobles med timebøker av type koronavaksine»
        ("legevakt", {"lab", "vaksine"}),  # «Legevaktjenesten kan tilby andre typer ressurstimebøker»
    ],
)
def test_only_the_recommended_couplings_have_no_finding(kind: str, recommended: set[str]) -> None:
    """«Vi anbefaler følgende bruk av de ulike tjenestene»."""
    silent = {
        str(one)
        for one in BookType
        if not findings_of(a_set_up.of([service(kind, ("B",))], [book("Timer hos oss", id="B", type=one)]))
    }
    assert silent == recommended


def test_a_legevakt_with_corona_books_is_advised_to_couple_them_elsewhere() -> None:
    """«anbefaler vi å koble disse opp på smittevern- eller vaksinasjonstjenestene som nevnt over»."""
    books = [book("Koronatest"), book("Koronavaksine", type="koronavaksine"), book("Lab", type="lab")]
    set_up = a_set_up.of([service("legevakt", ("Koronatest", "Koronavaksine", "Lab"))], books)
    finding = found(set_up, Rule.LEGEVAKT_CORONA)
    assert finding.severity is Severity.ADVICE
    assert "«Koronatest», «Koronavaksine»" in finding.said("nb").what
    assert "ikke et krav" in finding.said("nb").mend


@pytest.mark.parametrize("kind", ["legevakt", "vaksinasjon"])
def test_a_corona_test_book_outside_smittevern_is_seen_only_locally(kind: str) -> None:
    """«hvis en Koronatesttimebok legges til legevaktjenesten ..., så vil den kun vises lokalt»."""
    set_up = a_set_up.of([service(kind, ("Koronatest",))], [book()])
    assert other_municipality_view(set_up) == ()
    assert found(set_up, Rule.LOCAL_ONLY).severity is Severity.ADVICE


def test_a_corona_test_book_on_legevakt_and_smittevern_is_seen_everywhere() -> None:
    """«[Bestill koronatest i annen kommune] kun vise kalendere som tilbys i smitteverntjenesten»."""
    services = [service("smittevern", ("Koronatest",)), service("legevakt", ("Koronatest",))]
    set_up = a_set_up.of(services, [book()])
    assert [view.service for view in other_municipality_view(set_up)] == ["smittevern"]
    assert Rule.LOCAL_ONLY not in a_set_up.rules(set_up)


@pytest.mark.parametrize("other", ["koronavaksine", "lab", "vaksine"])
def test_other_types_on_smittevern_leak_to_other_municipalities(other: str) -> None:
    """«vil disse også vises under [Bestill koronatest i annen kommune]»."""
    books = [book("Koronatest"), book("Prøver hos oss", id="P", type=other)]
    set_up = a_set_up.of([service("smittevern", ("Koronatest", "P"))], books)
    (view,) = other_municipality_view(set_up)
    assert [choice.label for choice in view.choices] == ["Koronatest", "Prøver hos oss"]
    finding = found(set_up, Rule.LEAK)
    assert "«Prøver hos oss»" in finding.said("en").seen
    assert finding.severity is Severity.WARNING


def test_a_book_as_resource_and_practitioner_is_refused() -> None:
    """«Krav: Man kan ikke ha ressurstimebøker brukt som ressurs og behandler»."""
    both = book(used_as=["resource", "practitioner"])
    set_up = a_set_up.of([service("smittevern", ("Koronatest",))], [both])
    assert found(set_up, Rule.BOTH_USES).severity is Severity.REFUSED


def test_such_a_book_stands_twice_where_both_overviews_are_on() -> None:
    """«Krav: ...», and what citizens would see."""
    both = book(used_as=["resource", "practitioner"])
    set_up = a_set_up.of([service(books=("Koronatest",), processes=[*PRACTITIONERS, "Ressursoversikt"])], [both])
    view = view_of(set_up, set_up.services[0])
    assert view is not None
    assert [one.label for one in view.choices] == ["Helsefaglig kontakt Koronatest", "Koronatest"]


def test_behandleroversikt_after_the_intermediate_solution_shows_the_service_as_a_role() -> None:
    """«deaktivere Behandleroverikt. Ellers kommer tjenesten opp med rolle slik som på skjermbildet»."""
    set_up = with_processes(*RESOURCES, "Behandleroversikt", intermediate_solution="left")
    finding = found(set_up, Rule.ROLE_AFTER_INTERMEDIATE)
    assert finding.severity is Severity.REFUSED
    assert "«Helsefaglig kontakt Smittevern»" in finding.said("nb").seen
    assert "Behandleroversikt" in finding.said("nb").mend


def test_behandleroversikt_beside_resource_books_is_warned_of_where_there_never_was_an_intermediate_solution() -> None:
    """«Ellers kommer tjenesten opp med rolle»."""
    assert a_set_up.rules(with_processes(*RESOURCES, "Behandleroversikt")) == [Rule.ROLE_BESIDE_RESOURCES]


@pytest.mark.parametrize("missing", ["Ressursoversikt", "Timebestilling"])
def test_who_left_the_intermediate_solution_needs_ressursoversikt_and_timebestilling(missing: str) -> None:
    """«Skru på Ressursoversikt + Timebestilling»."""
    set_up = with_processes(*(one for one in RESOURCES if one != missing), intermediate_solution="left")
    assert missing in found(set_up, Rule.INTERMEDIATE_HALF_LEFT).said("nb").what
    assert len(findings_of(set_up)) == 1


def test_resource_books_do_not_work_on_the_intermediate_solution() -> None:
    """«så må man endre oppsettet for at løsningen med timebestilling i ressurs-timebøker skal fungere»."""
    set_up = with_processes(*PRACTITIONERS, intermediate_solution="in use")
    assert a_set_up.rules(set_up) == [Rule.INTERMEDIATE_NOT_LEFT]
    assert is_refused(findings_of(set_up))
    view = view_of(set_up, set_up.services[0])
    assert view is not None
    assert [one.label for one in view.choices] == ["Helsefaglig kontakt Smittevern"]


def test_whoever_changed_the_processes_has_left_the_intermediate_solution_whatever_is_recorded() -> None:
    """«Skru på Ressursoversikt + Timebestilling og deaktivere Behandleroverikt»."""
    assert a_set_up.rules(with_processes(*RESOURCES, intermediate_solution="in use")) == []
    halfway = with_processes(*RESOURCES, "Behandleroversikt", intermediate_solution="in use")
    assert a_set_up.rules(halfway) == [Rule.INTERMEDIATE_NOT_LEFT]


def test_who_still_uses_the_intermediate_solution_is_told_how_to_leave_it() -> None:
    """«må passe på å endre dette ved overgang til ressurstimebok»."""
    one = service(books=("Smitte",), processes=list(PRACTITIONERS), intermediate_solution="in use")
    set_up = a_set_up.of([one], [book("Smitte", used_as=["practitioner"])])
    (finding,) = findings_of(set_up)
    assert (finding.rule, finding.severity) == (Rule.INTERMEDIATE_IN_USE, Severity.ADVICE)
    assert "«Helsefaglig kontakt Smitte»" in finding.said("en").seen


@pytest.mark.parametrize("urgent", ["Hastetime", "MustCall"])
def test_several_types_with_hastetime_or_mustcall_are_shown_blank_and_do_not_fail(urgent: str) -> None:
    """«Det feiler ikke, men Helsenorge viser ikke timetypen (= blank) på ressursavtaler.»."""
    set_up = a_set_up.of([service(books=("Koronatest",))], [book(appointment_types=["Ordinær", urgent])])
    finding = found(set_up, Rule.URGENT_TYPES_COMBINED)
    assert finding.severity is Severity.WARNING
    assert urgent in finding.said("nb").what
    assert shown_appointment_type(set_up.books[0]) == ""
    view = view_of(set_up, set_up.services[0])
    assert view is not None
    assert view.choices


def test_several_types_alone_are_shown_blank_too() -> None:
    """«HN støtter foreløpig ikke multippel timetype»."""
    set_up = a_set_up.of([service(books=("Koronatest",))], [book(appointment_types=["Ordinær", "Kontroll"])])
    assert a_set_up.rules(set_up) == [Rule.SEVERAL_TYPES]
    assert shown_appointment_type(set_up.books[0]) == ""


@pytest.mark.parametrize("one", ["Ordinær", "Hastetime", "MustCall"])
def test_one_type_is_shown(one: str) -> None:
    set_up = a_set_up.of([service(books=("Koronatest",))], [book(appointment_types=[one])])
    assert findings_of(set_up) == ()
    assert shown_appointment_type(set_up.books[0]) == one


@pytest.mark.parametrize("name", ["Timebok 2", "Kalender", "K1", "2", "Test", "KORVAKS_01"])
def test_a_name_that_makes_no_sense_in_view_is_warned_of(name: str) -> None:
    """«Det er viktig at navnet og tekst under som settes opp gir mening i visningen på Helsenorge»."""
    set_up = a_set_up.of([service(books=("B",))], [book(name, id="B")])
    assert found(set_up, Rule.VAGUE_NAME).severity is Severity.WARNING


@pytest.mark.parametrize(
    "name",
    ["Covid-19 vaksinerings", "Labtimebok", "Koronatest", "Test covid19", "Vaksine covid19", "Kovidtest",
     "Kovidvaksine", "Koronatest1", "Koronatest alle tjenester hn"],
)  # fmt: skip
def test_the_names_in_the_guides_own_screens_make_sense(name: str) -> None:
    assert findings_of(a_set_up.of([service(books=("B",))], [book(name, id="B")])) == ()


@pytest.mark.parametrize("name", ["Time til koronavaksine", "Koronatest Beste kommune"])
def test_a_name_that_repeats_the_title_is_warned_of_with_the_title(name: str) -> None:
    """«da det blir synlig i timebestillingen og i kalendervisningen»."""
    finding = found(a_set_up.of([service(books=("B",))], [book(name, id="B")]), Rule.REPEATED_TITLE)
    assert f"«Time til koronatest hos {name} Beste kommune»" in finding.said("nb").seen


def test_a_book_without_text_under_its_name_gets_advice() -> None:
    """«eventuell tekst under navnet settes opp hos EPJ-leverandør»."""
    assert a_set_up.rules(a_set_up.of([service(books=("Koronatest",))], [book(text=" ")])) == [Rule.NO_TEXT]


def test_a_book_without_a_place_gets_advice() -> None:
    """«Oppmøtested: Hall 1»."""
    assert a_set_up.rules(a_set_up.of([service(books=("Koronatest",))], [book(location="")])) == [Rule.NO_LOCATION]


def test_books_of_one_name_cannot_be_told_apart() -> None:
    """«Viktig å være tydelig med navngivning på ... ulike timebøker»."""
    books = [book("Koronatest", id="a"), book("koronatest ", id="b")]
    finding = found(a_set_up.of([service(books=("a", "b"))], books), Rule.SAME_BOOK_NAME)
    assert "a, b" in finding.said("nb").what


def two_sites(first: str, second: str, *, other_ehr: str = "sor") -> SetUp:
    services = [
        service(books=("Koronatest",), id="a", site=first),
        service(books=("Covidtest",), id="b", site=second, ehr=other_ehr),
    ]
    ehrs = ({"id": "epj", "name": "EPJ nord"}, {"id": "sor", "name": "EPJ sør"})
    return a_set_up.of(services, [book(), book("Covidtest")], ehrs=ehrs)


def test_two_sites_of_one_name_cannot_be_told_apart() -> None:
    """«Navn/lokasjon på tjenesten i Adresseregisteret, hvis det er flere EPJ-systemer i en kommune.»."""
    assert a_set_up.rules(two_sites("", "")) == [Rule.SAME_SERVICE_NAME]
    assert a_set_up.rules(two_sites("Hallen", "hallen")) == [Rule.SAME_SERVICE_NAME]
    assert a_set_up.rules(two_sites("Nord", "Sør")) == []


def test_with_several_ehrs_each_service_of_a_kind_says_where_it_is() -> None:
    """«Navn/lokasjon på tjenesten i Adresseregisteret, hvis det er flere EPJ-systemer i en kommune.»."""
    assert a_set_up.rules(two_sites("", "Sør")) == [Rule.SITE_MISSING]
    assert a_set_up.rules(two_sites("", "Sør", other_ehr="epj")) == []


def test_two_ehrs_of_one_name_are_warned_of() -> None:
    """«hvis det er flere EPJ-systemer i en kommune»."""
    ehrs = ({"id": "epj", "name": "EPJ"}, {"id": "sor", "name": "epj"})
    set_up = a_set_up.of([service(books=("Koronatest",))], [book()], ehrs=ehrs)
    assert a_set_up.rules(set_up) == [Rule.SAME_EHR_NAME]


def test_books_of_one_ehr_in_several_places_say_the_place_in_their_names() -> None:
    """«Navn på kalender (m/lokasjon) hvis en EPJ i kommunen med flere stasjoner med ulike timebøker»."""
    books = [book("Koronatest Nordhallen", id="a", location="Nordhallen"), book(id="b", location="Sørhallen")]
    set_up = a_set_up.of([service(books=("a", "b"))], books)
    assert found(set_up, Rule.LOCATION_NOT_IN_NAME).where == "books.b"
    assert a_set_up.rules(a_set_up.of([service(books=("b",))], books[1:])) == []


def test_a_service_without_books_has_nothing_to_choose() -> None:
    """«Innbygger velger riktig timebok»."""
    assert a_set_up.rules(a_set_up.of([service()], [])) == [Rule.EMPTY_SERVICE]


def test_a_book_that_no_service_shows_is_warned_of() -> None:
    """«Innbygger velger riktig timebok»."""
    books = [book(), book("Glemt bok", id="glemt"), book("Kari Nordmann", id="kari", used_as=["practitioner"])]
    set_up = a_set_up.of([service(books=("Koronatest", "kari"))], books)
    unseen = [one for one in findings_of(set_up) if one.rule is Rule.UNSEEN_BOOK]
    assert [one.where for one in unseen] == ["books.glemt", "books.kari"]
    assert "Behandleroversikt" in unseen[1].said("nb").mend


def test_a_vaccine_or_a_test_is_not_given_by_video_alone() -> None:
    """«Timer på legekontoret, om ønskelig på video/telefon»."""
    for meetings, found in ((["video", "telephone"], [Rule.NEVER_AT_THE_PLACE]), (["place", "video"], [])):
        one = book(meetings=meetings)
        assert a_set_up.rules(a_set_up.of([service(books=("Koronatest",))], [one])) == found


def test_a_general_practitioner_has_a_list_of_their_own() -> None:
    """«Tilsvarende løsning er også tilgjengelig for fastleger.»."""
    kari = book("Kari Nordmann", id="kari", used_as=["practitioner"], role="Fastlege")
    set_up = a_set_up.of([service("fastlege", ("kari",), processes=list(PRACTITIONERS))], [kari])
    assert findings_of(set_up) == ()
    view = view_of(set_up, set_up.services[0])
    assert view is not None
    assert [one.label for one in view.choices] == ["Fastlege Kari Nordmann"]
    hidden = a_set_up.of([service("fastlege", ("kari",))], [kari])
    assert a_set_up.rules(hidden) == [Rule.PRACTITIONER_OVERVIEW_OFF]


def test_every_rule_has_its_words_in_both_languages_and_a_place_in_the_guide() -> None:
    assert set(guide_rules()) == set(Rule)
    for rule in guide_rules().values():
        for sentences in (rule.nb, rule.en):
            assert all(re.search(r"[.»]$", text) for text in (sentences.seen, sentences.mend))
        fields = [set(re.findall(r"{(\w+)}", " ".join(one.model_dump().values()))) for one in (rule.nb, rule.en)]
        assert fields[0] == fields[1]
        assert rule.quote
        assert rule.heading


def test_the_severity_follows_the_guides_own_verb() -> None:
    for rule in guide_rules().values():
        if re.search(r"\bmå (følgende|være med|man)|^Krav", rule.quote):
            assert rule.severity is Severity.REFUSED
        if re.search(r"anbefaler|eventuell", rule.quote):
            assert rule.severity is Severity.ADVICE


def test_the_four_processes_are_spelt_as_in_the_register() -> None:
    assert [*Process] == ["Timebestilling", "Timereservasjon", "Ressursoversikt", "Behandleroversikt"]
