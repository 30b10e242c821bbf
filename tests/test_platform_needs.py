"""What the platform needs: the busiest minute by a closed form, the ladder of servers, and the words."""

from collections.abc import Iterator
from typing import Any

import pytest

from reports.arrangement import ARRANGEMENT
from reports.blocks import Items, Paragraph, Section, Table
from reports.language import LANGUAGES, Language, language_of
from reports.notation import LanguageCode
from reports.platform_section import need_sentences, the_needs
from reports.terminal import recommend_screen
from reports.told import Told
from scenarios.attempts import Attempt, Operation, Outcome, Request, Status
from scenarios.columns import columns_of
from scenarios.plan import plan_of
from scenarios.platform_needs import PlatformNeeds, Rung, Servers, WayNeeds
from scenarios.policies.batches import Batches
from scenarios.reader import Reader
from scenarios.recommendation import Standing
from scenarios.summary import Summary, summary_of
from simulation.engine import Engine
from simulation.experiment import Experiment
from simulation.platform_needs import LADDER, STEPS, platform_needs_of, with_servers
from simulation.utilisation import busiest_minutes, workers_of
from tests import a, a_result

EXACT: dict[str, Any] = {
    "platform.sigma": 0.0, "platform.workers": 2, "platform.login": {"workers": 4, "service_time": "1 s"},
    "platform.service_time": {"list": "500 ms", "confirm": "250 ms"},
    "platform.ehr": {"workers": 1, "service_time": "2 s"},
}  # fmt: skip


@pytest.mark.parametrize(("others", "more"), [(None, 0.0), ({"pages": "1/s"}, 0.25)])
def test_a_steady_stream_keeps_a_station_busy_for_its_rate_times_its_work_over_its_workers(
    others: dict[str, str] | None, more: float
) -> None:
    """Two log-ins and reservations a second (one asked for twice) for a minute, and one a second before and after."""
    scenario = a.scenario({**EXACT, "invitation.invited": 400, "platform.background": others})
    plan = plan_of(scenario, a.batches_of(scenario), 0)
    moments_s = [*map(float, range(60)), *(60 + k / 2 for k in range(120)), *map(float, range(120, 180))]
    who = [citizen for citizen in range(plan.citizens) if plan.acts[citizen] == 1][: len(moments_s)]
    record = [
        Attempt(
            citizen, 1, at_s, at_s, Outcome.ABANDONED, None, None, None, None,
            tuple(
                Request(operation, at_s, at_s, at_s, status)
                for operation, status in (
                    (Operation.LOGIN, Status.OK), (Operation.ENTER, Status.OK),
                    (Operation.RESERVE, Status.ABANDONED), (Operation.RESERVE, Status.OK),
                )
            ),
        )
        for citizen, at_s in zip(who, moments_s, strict=True)
    ]  # fmt: skip
    found = busiest_minutes(scenario, plan, columns_of(record))
    assert found == pytest.approx({"login": 2 * 1 / 4, "pages": 2 * 2 * 0.25 / 2 + more, "ehr": 2 * 2 / 1}, rel=1e-3)


def test_servers_are_scaled_together_in_whole_ones_and_never_fewer_with_more() -> None:
    scenario = a.scenario({**EXACT, "platform.ehr": {"workers": 3, "service_time": "2 s"}})
    assert with_servers(scenario, 1.0) == scenario
    assert workers_of(with_servers(scenario, 0.25)) == {"login": 1, "pages": 1, "ehr": 1}
    assert workers_of(with_servers(scenario, 1.5)) == {"login": 6, "pages": 3, "ehr": 5}
    for station in workers_of(scenario):
        counts = [workers_of(with_servers(scenario, factor))[station] for factor in LADDER]
        assert counts == sorted(counts)


def test_all_at_once_needs_more_servers_than_batches_and_the_step_below_is_not_enough() -> None:
    tight = {"invitation.invited": 60, "platform.login": {"workers": 2, "service_time": "8 s"}}
    limits = {"thresholds": {"slow": "p90(response_time_p95_s) <= 20 s", "no": "p90(rejections_per_100_attempts) <= 0"}}
    scenario = a.scenario({**tight, **limits, "behaviour.response.median": "1 min", "behaviour.response.sigma": 0.3})
    batches, at_once = Batches.of(6, 600.0, scenario.policy.start), Batches.of("all", 0.0, scenario.policy.start)
    with Experiment(scenario, jobs=1, engine=Engine.COMPILED) as experiment:
        found = platform_needs_of(experiment, [batches, at_once], Engine.COMPILED)
    assert found.complete
    assert found.limits == ["p90(response_time_p95_s) <= 20 s"], "rejections are not about load"
    gentle, rush = found.ways
    assert gentle.factor is not None
    assert rush.factor is not None
    assert gentle.factor < rush.factor
    assert gentle.busiest["login"].p50 < 1 < rush.busiest["login"].p50
    for way in found.ways:
        assert len(way.tried) <= STEPS
        assert all((rung.standing == "kept") == (rung.factor >= (way.factor or 0)) for rung in way.tried)


def needs() -> PlatformNeeds:
    """Invent what is needed: the advice little, all at once more than there is, the own rule something unsettled."""
    seen: list[tuple[float | None, Standing, float]] = [(0.5, "broken", 0.4), (None, "broken", 3.1), (None, "open", 1)]
    workers: dict[Servers, int] = {"login": 17, "pages": 18, "ehr": 19}
    order = ("recommended", "all_at_once", "own_rule")
    named = [one for one in a_result.recommended().candidates if one.roles]
    cases = sorted(named, key=lambda one: order.index(one.roles[0]))
    ways: list[WayNeeds] = []
    for case, (factor, standing, share) in zip(cases, seen, strict=True):
        shares: dict[Servers, float] = {station: share / k for k, station in enumerate(workers, start=1)}
        rung = Rung(factor=factor or 16.0, workers=workers, runs=9, kept=9, standing="kept" if factor else standing)
        busiest: dict[Servers, Summary] = {name: one for name, at in shares.items() if (one := summary_of([at]))}
        ways.append(WayNeeds(policy=case.policy, busiest=busiest, factor=factor, tried=[rung]))
    return PlatformNeeds(limits=["p90(response_time_p95_s) <= 2 s"], ladder=list(LADDER), ways=ways)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_platform_report_and_the_screen_set_batches_against_servers_and_name_what_is_full_first(
    code: LanguageCode,
) -> None:
    bare = a_result.recommended().model_copy(update={"turning": None, "sensitivity": None})
    result, language = bare.model_copy(update={"platform": needs()}), language_of(code)
    section = the_needs(result, language)
    assert section is not None
    assert the_needs(bare, language) is None
    told = Told(result=result, measured=[], language=language, reader=Reader.PLATFORM, readers=[])
    first = [one.id for part in ARRANGEMENT[Reader.PLATFORM].open[2:5] for one in part(told) if one is not None]
    assert first == ["load", "needs", "levers"]
    sentences = need_sentences(result, language)
    assert [word for one in sentences for word in ("times", "beyond", "not_shown") if _says(language, word) in one] == [
        "times", "beyond", "not_shown",
    ]  # fmt: skip
    nothing_full = language.text("needs.not_full", part=language.text("needs.login"), share="X").partition("X")[0]
    assert [nothing_full in one for one in sentences] == [True, False, False]
    said = list(_said(section))
    assert {*sentences, language.text("needs.no_cure"), language.text("needs.open"), "17", "18", "19"} <= {*said}
    screen = " ".join(recommend_screen(result, code).split())
    assert all(" ".join(words.split()) in screen for words in sentences)


def _said(section: Section) -> Iterator[str]:
    for block in section.blocks:
        match block:
            case Paragraph():
                yield block.text
            case Items():
                yield from block.items
            case Table():
                yield from (line for row in block.rows for cell in row for line in cell.lines)
            case _:
                raise AssertionError(block)


def _says(language: Language, word: str) -> str:
    return language.text(f"needs.{word}", times=language.notation.shortest(0.5 if word == "times" else 16, 2))
