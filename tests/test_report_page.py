"""The page says what the result holds: the answer first, the arithmetic, the comparison, and nothing else."""

import html
import re
from pathlib import Path

import pytest

from reports.advice import invited_now
from reports.charts import dots_drawn
from reports.language import LANGUAGES
from reports.notation import LanguageCode
from reports.page import report_html, write_report
from reports.timelines import at_minutes, settled_s, steps
from reports.whole_file import write_whole
from scenarios.course import Timeline
from scenarios.result import Result
from scenarios.summary import Summary
from tests import a, a_result

EVERY_KIND = pytest.mark.parametrize("kind", a_result.KINDS)
CODES = pytest.mark.parametrize("code", LANGUAGES)


def said(page: str) -> str:
    """The words of a page, without marks and runs of space."""
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


@pytest.mark.parametrize(("kind", "code"), [("plan", "nb"), ("against", "en"), ("loadtest", "nb"), ("capacity", "en")])
def test_a_result_read_back_from_json_gives_the_same_bytes(kind: str, code: LanguageCode) -> None:
    result, measured = a_result.KINDS[kind]()
    again = [Result.model_validate_json(one.json_text()) for one in (result, *measured)]
    assert report_html(again[0], again[1:], code) == a_result.page(kind, code)


@EVERY_KIND
@CODES
def test_no_placeholder_or_missing_value_reaches_the_page(kind: str, code: LanguageCode) -> None:
    words = said(a_result.page(kind, code))
    assert not re.search(r"\{\w*\}|\bNone\b(?! of)|\bnan\b|\binf\b", words)


@EVERY_KIND
def test_every_page_says_whose_tool_it_is_not(kind: str) -> None:
    assert "ikke laget av Helsenorge eller Norsk helsenett" in said(a_result.page(kind, "nb"))


@EVERY_KIND
def test_every_page_says_what_batches_can_and_cannot_do(kind: str) -> None:
    words = said(a_result.page(kind, "nb"))
    assert "Bolker fjerner kø." in words
    assert "Mot avslag hjelper bolker langt mindre." in words


def test_page_one_answers_in_the_order_of_the_questions() -> None:
    words = said(a_result.page("plan", "nb"))
    order = [
        "Anbefaling: Beste kommune, 45–54 år",
        "Bevisnivå 0 av 3: bare forutsetninger",
        "Nok timer?",
        "Ja. 2 000 SMS × 95 % kommer fram × 80 % vil ha time = om lag 1 520 som vil ha time.",
        "Dere har 1 680 ledige timer.",
        "Send i bolker på 500, med opphold på 30 minutter.",
        "Første bolk mandag 3. mai 2021, kl. 09:07. Siste bolk kl. 10:37.",
        "Dette kan dere vente",
        "Hva bolker kan og ikke kan",
        "Tre forbehold",
        "ikke en spådom",
        "Dette ville endret rådet",
        "Er oppslutningen over 88 %, vil flere ha time enn de 1 680 dere har.",
        "Planene som ble prøvd",
        "Dagen, minutt for minutt",
        "Regnet ut og målt",
        "Forutsetninger",
        "Slik er det regnet",
        "Gjenskap rapporten",
    ]
    places = [words.find(one, words.index("Anbefaling", 100)) for one in order]
    assert -1 not in places
    assert places == sorted(places)


def test_the_comparison_has_the_advice_all_at_once_and_the_own_rule() -> None:
    heads = re.findall(r'<th scope="col">([^<]+)</th>', a_result.page("plan", "nb"))
    start = heads.index("Utfall")
    assert heads[start + 1 : start + 4] == ["Rådet", "Alle samtidig", "Dagens regel (500)"]


def test_numbers_for_everyone_are_those_of_the_result() -> None:
    result, _ = a_result.KINDS["plan"]()
    best = next(one for one in result.candidates if "recommended" in one.roles)
    rejected = best.metrics["rejections_per_100_citizens"]
    assert isinstance(rejected, Summary)
    row = f"{rejected.p50:.0f} ({rejected.p10:.0f}–{rejected.p90:.0f})"
    assert row in said(a_result.page("plan", "nb"))


def test_the_next_faster_plan_is_named_with_its_runs_and_what_it_breaks() -> None:
    words = said(a_result.page("plan", "nb"))
    assert re.search(r"Den nærmeste raskere planen er bolker på \d+ .* Den holdt alle grensene i \d av \d+", words)
    assert "Den bryter grensen for avslag" in words


def test_a_plan_without_own_rule_samples_and_timelines_leaves_them_out() -> None:
    words = said(a_result.page("plan_alone", "nb"))
    assert "Dagens regel" not in words
    assert "Dagen, minutt for minutt" not in words
    assert "Hver prikk" not in words
    assert "Regnet ut og målt" not in words
    assert "i parentes den laveste og den høyeste" in words


def test_too_few_slots_says_how_many_to_invite_now() -> None:
    words = said(a_result.page("too_few_slots", "nb"))
    assert "Inviter 789 nå." in words
    assert "600 timer delt på 95 % som kommer fram og 80 % som vil ha time, gir 789 SMS." in words
    assert "blir om lag 920 stående uten time" in words
    assert "Send i bolker på" not in words


def test_invite_now_fills_the_appointments_and_no_more() -> None:
    supply = a_result.supply(a.scenario()).model_copy(update={"capacity": 76, "delivered": 0.95, "uptake": 0.8})
    assert invited_now(supply) == 100
    assert invited_now(supply.model_copy(update={"capacity": 75})) == 98


def test_no_feasible_plan_shows_the_nearest_misses_and_the_kind_of_limit() -> None:
    words = said(a_result.page("no_feasible_plan", "nb"))
    assert "Ingen av planene holder alle grensene." in words or "Ingen av de 13 planene" in words
    assert "De som var nærmest" in words
    assert "✗ avslag" in words
    assert "Avslag kommer av at flere velger samme time. Bolker hjelper lite mot det." in words
    assert "Treg svartid og feil kommer av kø." not in words


def test_predicted_and_measured_stand_side_by_side() -> None:
    words = said(a_result.page("loadtest", "nb"))
    assert "Lastgeneratoren holdt planen: 90 av 90" in words
    assert "bekreftet 62 61" in words
    assert "Bekreftet: 61 målt, 62 regnet ut" in words
    assert "Testen gikk" not in words
    faster = a_result.load_tested()
    assert faster.measurement is not None
    speeded = faster.model_copy(update={"measurement": faster.measurement.model_copy(update={"speedup": 10.0})})
    assert "Testen gikk 10 ganger så fort som i virkeligheten, både folk og plattform" in said(
        report_html(speeded, [], "nb")
    )


@pytest.mark.parametrize(("verdict", "words"), [("fail", "nei"), ("inconclusive", "uavklart")])
def test_a_load_test_that_fails_says_so_first(verdict: str, words: str) -> None:
    page = said(report_html(a_result.load_tested(verdict=verdict), [], "nb"))
    assert f"Holder grensene? {words.capitalize()}." in page


def test_an_interrupted_result_is_marked() -> None:
    partial = a_result.recommended(provenance=a_result.provenance(partial=True))
    assert "Tallene er foreløpige" in said(report_html(partial, [], "nb"))


def test_text_from_the_scenario_cannot_become_markup() -> None:
    scenario = a.scenario({**a_result.BIG, "title": {"nb": "<script>a&b", "en": "x"}})
    page = report_html(a_result.recommended(scenario, runs=4), [], "nb")
    assert "<script" not in page
    assert "&lt;script&gt;a&amp;b" in page


def test_a_long_schedule_shows_its_first_rows_and_folds_the_rest() -> None:
    plan = a_result.recommended()
    assert plan.recommendation is not None
    lines = a_result.lines(a_result.big(), a.batches_of(a.scenario()))
    long = plan.model_copy(update={"recommendation": plan.recommendation.model_copy(update={"schedule": lines})})
    words = said(report_html(long, [], "nb"))
    assert "Vis de siste 42 bolkene" in words
    assert "50 13:12 40 2 000" in words


def test_fifty_dots_stand_for_more_runs_and_fewer_runs_are_drawn_one_by_one() -> None:
    assert dots_drawn([3.0, 1.0, 2.0]).tolist() == [1.0, 2.0, 3.0]
    many = dots_drawn([float(k) for k in range(200)])
    assert len(many) == 50
    assert set(many.tolist()) <= {float(k) for k in range(200)}
    assert abs(float(many.mean()) - 99.5) < 1


def test_a_curve_is_read_at_the_end_of_its_steps_and_stays_where_it_ends() -> None:
    day = Timeline(step_s=60, sent=[10, 20, 20], opened=[0, 5, 10], confirmed=[0, 4, 8], rejected=[0, 0, 1])
    assert at_minutes(day, "sent", [0, 0.5, 1, 2, 60]) == [0, 0, 10, 20, 20]
    assert settled_s(day) == 180
    assert steps(180)[-1] == 3


def test_reports_are_written_in_both_languages(tmp_path: Path) -> None:
    result, measured = a_result.KINDS["simulate"]()
    paths = write_report(result, measured, tmp_path / "new")
    assert [path.name for path in paths] == ["report.nb.html", "report.en.html"]
    assert [path.read_text(encoding="utf-8") for path in paths] == [a_result.page("simulate", one) for one in LANGUAGES]
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["report.en.html", "report.nb.html"]


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = write_whole(tmp_path / "report.html", b"good")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(good, b"half")
    assert good.read_bytes() == b"good"
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


@pytest.mark.parametrize(
    ("code", "order", "words"),
    [
        (
            "nb",
            "fifo",
            "høyst 100 inne om gangen og 60 nye i minuttet; hver får være inne 15 minutter; den som kom først",
        ),
        (
            "en",
            "random",
            "at most 100 inside at a time and 60 new in a minute; each may stay 15 minutes; the next is drawn",
        ),
    ],
)
def test_a_waiting_room_is_said_among_the_assumptions_and_no_room_is_not(
    code: LanguageCode, order: str, words: str
) -> None:
    room = {"total_active_users": 100, "new_users_per_minute": 60, "order": order}
    scenario = a.scenario({"platform.waiting_room": room, "behaviour.patience.queue": "7 min"})
    page = said(report_html(a_result.simulated(scenario), [], code)).replace("\u00a0", " ")
    assert words in page
    assert {"nb": "Venter i venterommet, midterste 7 min", "en": "Wait in the waiting room, median 7 min"}[code] in page
    assert {"nb": "Venterommet holder plassen", "en": "The waiting room keeps a place"}[code] in page
    without = said(report_html(a_result.simulated(), [], code))
    assert not re.search("venterom|waiting room", without, flags=re.I)


def test_pages_with_a_time_of_their_own_are_said_among_the_assumptions() -> None:
    times = {"list": "50 ms", "confirm": "120 ms", "days": "400 ms"}
    scenario = a.scenario({"platform.service_time": times, "platform.list_age": "30 s"})
    page = said(report_html(a_result.simulated(scenario), [], "en")).replace("\u00a0", " ")
    assert "Pages: time for the list of days, median 400 ms" in page
    assert "Lists of free times are shown again for 30 s" in page
    assert "Pages: time for the list of books" not in page


def test_trouble_with_the_record_system_is_said_among_the_assumptions() -> None:
    stops = [{"from": "20 min", "to": "35 min"}]
    ehr = {"workers": 1, "service_time": "1 s", "timeout": "5 s", "failing": "2 %", "stopped": stops}
    page = said(report_html(a_result.simulated(a.scenario({"platform.ehr": ehr})), [], "en")).replace("\u00a0", " ")
    assert "EPJ: work on one is broken off after 5 s" in page
    assert "EPJ: deliveries that fail when the work is done 2%" in page
    assert "after 15 s, and set aside after 10 deliveries" in page
    assert "from 20 minutes to 35 minutes after the first SMS" in page


def test_people_who_answer_in_a_way_of_their_own_are_said_among_the_assumptions() -> None:
    group = {"share": "20 %", "median": "1 min", "sigma": 0.5}
    crowd = {"cohort": "65+", "municipalities": ["Utsira"], "median": "3 h", "sigma": 1.5, "groups": [group]}
    scenario = a.scenario(
        {
            "municipality": {"name": "Utsira"},
            "invitation": {**a.scenario().invitation.model_dump(mode="json", by_alias=True), "cohort": "18+",
                           "invited": None},
            "behaviour.response.crowds": [crowd],
        }
    )  # fmt: skip
    page = said(report_html(a_result.simulated(scenario), [], "en")).replace("\u00a0", " ")
    assert "Answer in a way of their own 65+, Utsira: half within 3 hours (lognormal, sigma 1.5)" in page
    assert "65+, Utsira: 20% of them: half within 1 minute (lognormal, sigma 0.5)" in page


def test_neighbours_who_send_by_a_rule_of_their_own_are_said_among_the_choices() -> None:
    rule = {"names": ["Bergen"], "policy": {"batch_size": "all", "start": "09:10"}}
    scenario = a.scenario({"municipality": {"names": ["Askøy", "Bergen"], "rules": [rule]}})
    page = said(report_html(a_result.simulated(scenario), [], "en")).replace("\u00a0", " ")
    assert "Send by a rule of their own Bergen: all SMS at once, from 09:10" in page


def test_others_on_the_platform_are_said_among_the_assumptions() -> None:
    load = {"login": "1/s", "pages": "2.5/s", "hours": [{"from": "08:00", "to": "10:00", "times": 4}]}
    scenario = a.scenario({"platform.background": load})
    page = said(report_html(a_result.simulated(scenario), [], "en")).replace("\u00a0", " ")
    assert "Pages: pages that others open 2.5 per second" in page
    assert "Others, at some hours of the day 08:00–10:00: 4 times as many" in page
    assert "EPJ: other work" not in page


def test_people_who_reload_are_said_among_the_assumptions() -> None:
    scenario = a.scenario({"behaviour.reload": {"share": "30 %", "after": "6 s"}})
    page = said(report_html(a_result.simulated(scenario), [], "nb")).replace("\u00a0", " ")
    assert "30 % av dem, halvparten innen 6 sekunder (lognormal, sigma 0,5), høyst 3 ganger for hver side" in page


def test_cancelling_and_the_waiting_list_are_said_among_the_assumptions() -> None:
    behaviour = {"behaviour.cancel": {"share": "3 %", "median": "2 h"}, "behaviour.waitlist": "40 %"}
    page = said(report_html(a_result.simulated(a.scenario(behaviour)), [], "en")).replace("\u00a0", " ")
    assert "3%: half of them within 2 hours (lognormal, sigma 1)" in page
    assert "Wait on the waiting list when nothing is free 40%" in page
    assert "nobody who cancelled books again" in page
    assert "Nobody cancels" not in page


def test_links_that_are_passed_on_are_said_among_the_assumptions_and_no_longer_among_the_limits() -> None:
    scenario = a.scenario({"behaviour.forwarded": {"share": "5 %", "to": 2, "after": "10 min"}})
    page = said(report_html(a_result.simulated(scenario), [], "en")).replace("\u00a0", " ")
    assert "2 with the link of 5% of those who get it; half within 10 minutes (lognormal, sigma 1)" in page
    assert "Nobody passes the link on" not in page
    assert "Nobody passes the link on" in said(report_html(a_result.simulated(), [], "en"))
