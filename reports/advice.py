"""Page one of a recommendation: enough slots, what to send when, what to expect, and what the advice rests on."""

import datetime as dt
import math
from collections.abc import Sequence
from typing import Final, assert_never

from reports.blocks import Block, Fold, Items, Paragraph, Section, Table, number, text
from reports.candidates import last_sms_text, standing_of
from reports.cases import candidate_with, scenario_of
from reports.language import Language
from reports.lever_words import no_plan_headline
from reports.limits import broken_measures, joined, reasons
from reports.no_plan import misses, too_close
from reports.replan import replanned
from reports.sending import sending_text
from scenarios.course import ScheduleLine
from scenarios.evidence import Evidence
from scenarios.inventory import inventory_of
from scenarios.policy_value import BatchesValue
from scenarios.recommendation import Recommendation, Supply
from scenarios.result import Result
from scenarios.search_kinds import kind_of

_SHOWN_AT_FIRST: Final = 8
_LONG: Final = 12


def headline(result: Result, language: Language) -> str:
    """Say the answer of a recommendation in one sentence."""
    recommendation = _recommendation(result)
    match recommendation.answer:
        case "plan":
            return _imperative(recommendation, language)
        case "too_few_slots":
            return language.text("headline.too_few_slots", now=invited_now(recommendation.supply))
        case "no_feasible_plan":
            return no_plan_headline(result, language)
        case "too_close_to_call":
            return language.text("headline.too_close_to_call")
        case _:
            assert_never(recommendation.answer)


def the_answer(result: Result, language: Language, *, files: bool = True) -> list[Section]:
    """Enough slots, then what to send when or why there is no such plan; nothing where nothing was recommended.

    `files` says whether those of the schedule lie beside it.
    """
    recommendation = result.recommendation
    if recommendation is None:
        return []
    sections = [*replanned(recommendation, language), _supply(recommendation, language)]
    match recommendation.answer:
        case "plan":
            sections.append(_plan(result, recommendation, language, files))
        case "no_feasible_plan":
            sections.append(misses(result, language))
        case "too_close_to_call":
            sections.append(too_close(result, recommendation, language))
        case "too_few_slots":
            pass
        case _:
            assert_never(recommendation.answer)
    return sections


def _recommendation(result: Result) -> Recommendation:
    if result.recommendation is None:
        raise ValueError("a result of the kind 'recommend' has a recommendation")
    return result.recommendation


def invited_now(supply: Supply) -> int:
    """Count how many can be invited so that as many want an appointment as there are appointments."""
    return math.floor(supply.capacity / (supply.delivered * supply.uptake) + 1e-9)


def supply_sum(supply: Supply, language: Language) -> str:
    """Write the arithmetic of enough slots."""
    return language.text(
        "supply.sum",
        invited=supply.invited,
        delivered=language.notation.percent(supply.delivered),
        uptake=language.notation.percent(supply.uptake),
        takers=round(supply.takers),
        capacity=supply.capacity,
    )


def _supply(recommendation: Recommendation, language: Language) -> Section:
    supply = recommendation.supply
    answer = language.text("supply.yes" if supply.enough else "supply.no")
    blocks: list[Block] = [Paragraph(supply_sum(supply, language), "lead", opening=answer)]
    if recommendation.answer == "too_few_slots":
        now = invited_now(supply)
        short = round(supply.takers - supply.capacity)
        blocks = [
            Paragraph(language.text("headline.too_few_slots", now=now), "advice"),
            *blocks,
            Paragraph(language.text("supply.short", invited=supply.invited, short=short)),
            Paragraph(
                language.text(
                    "supply.now",
                    capacity=supply.capacity,
                    delivered=language.notation.percent(supply.delivered),
                    uptake=language.notation.percent(supply.uptake),
                    now=now,
                )
            ),
        ]
    return Section(id="supply", title=language.text("supply.title"), blocks=blocks)


def _imperative(recommendation: Recommendation, language: Language) -> str:
    policy = recommendation.policy
    if policy is not None and not isinstance(policy, BatchesValue):
        return language.text(f"advice.{kind_of(policy)}", sending=sending_text(language, policy))
    if policy is None or policy.batch_size == "all":
        return language.text("advice.all" if recommendation.replan is None else "advice.all_left")
    return language.text("advice.batches", size=policy.batch_size, pause=language.notation.duration(policy.pause_s))


def _plan(result: Result, recommendation: Recommendation, language: Language, files: bool) -> Section:
    schedule = recommendation.schedule
    blocks: list[Block] = [Paragraph(_imperative(recommendation, language), "advice")]
    if schedule:
        blocks.append(Paragraph(_times(schedule, language), "lead"))
    municipalities = len(inventory_of(scenario_of(result)))
    if municipalities > 1:
        blocks.append(Paragraph(language.text("advice.several", municipalities=municipalities)))
    blocks += _schedule(schedule, language)
    if len(schedule) > 1:
        blocks.append(Paragraph(language.text("advice.pause_note"), "note"))
    if any(line.wait_below for line in schedule):
        opening = language.text("advice.stop_opening")
        blocks.append(Paragraph(language.text("advice.stop"), opening=opening))
    if schedule and files:
        blocks.append(Paragraph(language.text("advice.files", code=language.code), "note"))
    blocks += [
        Paragraph(words, "note") for words in [*shown_by(result, language), *_no_worse(recommendation, language)]
    ]
    return Section(id="plan", title=language.text("advice.title"), blocks=blocks)


def shown_by(result: Result, language: Language) -> list[str]:
    """Say how surely the plan keeps the limits; nothing where an older result does not know."""
    chosen, answer = candidate_with(result, "recommended"), result.recommendation
    if chosen is None or answer is None or answer.guarantee is None:
        return []
    confidence = language.notation.percent(answer.guarantee.confidence)
    return [
        language.text(
            "advice.shown",
            tenths=round(10 * answer.guarantee.share),
            confidence=confidence,
            kept=chosen.kept,
            runs=chosen.runs,
            policies=answer.guarantee.policies,
        )
    ]


def _no_worse(recommendation: Recommendation, language: Language) -> list[str]:
    """Name the plans that are as good as the advice, and those that may be better and are too close to call."""
    named = {"advice.tied": recommendation.tied, "advice.close": recommendation.close}
    return [
        language.text(message, others=joined(language, [sending_text(language, policy) for policy in policies]))
        for message, policies in named.items()
        if policies
    ]


def _times(schedule: Sequence[ScheduleLine], language: Language) -> str:
    first, last = (dt.datetime.fromisoformat(schedule[k].at) for k in (0, -1))
    notation = language.notation
    when = f"{notation.weekday(first)} {notation.moment(first)}"
    if len(schedule) == 1:
        return language.text("advice.one_sending", sms=schedule[0].sent, when=when)
    same_day = last.date() == first.date()
    return language.text(
        "advice.times" if same_day else "advice.times_days",
        batches=len(schedule),
        when=when,
        last=notation.clock(last) if same_day else notation.moment(last),
        lasts=notation.duration((last - first).total_seconds()),
    )


def _schedule(schedule: Sequence[ScheduleLine], language: Language) -> list[Block]:
    if len(schedule) < 2:
        return []
    if len(schedule) <= _LONG:
        return [_schedule_table(schedule, schedule, language)]
    rest = schedule[_SHOWN_AT_FIRST:]
    return [
        _schedule_table(schedule[:_SHOWN_AT_FIRST], schedule, language),
        Fold(language.text("schedule.rest", count=len(rest)), [_schedule_table(rest, schedule, language)]),
    ]


def _schedule_table(lines: Sequence[ScheduleLine], schedule: Sequence[ScheduleLine], language: Language) -> Table:
    days = {line.at[:10] for line in schedule}
    first = dt.datetime.fromisoformat(lines[0].at)
    caption = "schedule.caption" if lines[0].batch == 1 else "schedule.caption_rest"
    day = f"{language.notation.weekday(first)} {language.notation.day(first)}"
    watched = ["wait_below"] if any(line.wait_below for line in schedule) else []
    return Table(
        caption=language.text(caption, day=day, first=lines[0].batch, last=lines[-1].batch),
        head=[language.text(f"schedule.{column}") for column in ("batch", "clock", "count", "sent", *watched)],
        rows=[
            [
                text(language.notation.number(line.batch)),
                number(_at(dt.datetime.fromisoformat(line.at), language, with_day=len(days) > 1)),
                number(language.notation.number(line.count)),
                number(language.notation.number(line.sent)),
                *(number(language.notation.number(line.wait_below) if line.wait_below else "") for _ in watched),
            ]
            for line in lines
        ],
        aligned=True,
    )


def _at(moment: dt.datetime, language: Language, *, with_day: bool) -> str:
    clock = language.notation.clock(moment)
    return f"{language.notation.short_day(moment)} {clock}" if with_day else clock


def caveats(result: Result, language: Language) -> Section:
    """Name the three assumptions that matter most, then whose work this is not."""
    scenario = scenario_of(result)
    behaviour, evidence = scenario.behaviour, scenario.evidence
    counted = evidence is not None and evidence.people is not None
    response = "caveats.response_counted" if counted else "caveats.response"
    items = [
        language.text(response, median=language.notation.duration(behaviour.response.median)),
        language.text("caveats.first", share=language.notation.percent(behaviour.slot_choice.first)),
        language.text(f"caveats.platform_{_platform_level(result, evidence)}"),
    ]
    blocks = [Items(items, numbered=True), Paragraph(language.text("caveats.no_prophecy"), "note")]
    return Section(id="caveats", title=language.text("caveats.title"), blocks=blocks)


def _platform_level(result: Result, evidence: Evidence | None) -> int:
    """Whose platform was measured: nobody's, the reference server's or theirs."""
    if evidence is not None and evidence.platform is not None:
        return 2
    return 1 if result.kind == "loadtest" else 0


def what_would_change(result: Result, language: Language) -> Section | None:
    """Say what would change the advice; None where there is none."""
    if result.recommendation is None or result.recommendation.answer != "plan":
        return None
    supply = result.recommendation.supply
    items = [_faster(result, language), _more_takers(supply, language)]
    if result.sensitivity is None:
        items.append(language.text("changes.not_varied"))
    return Section(id="changes", title=language.text("changes.title"), blocks=[Items(items)])


def _faster(result: Result, language: Language) -> str:
    chosen = candidate_with(result, "recommended")
    lost = [one for one in result.candidates if one.runs and not one.feasible]
    tried = [one for one in lost if chosen and one.last_sms_at < chosen.last_sms_at]
    if not tried:
        return language.text("changes.none_faster")
    near = max(tried, key=lambda one: (one.last_sms_at, one.kept / one.runs))
    broken = broken_measures(near, scenario_of(result))
    message = "changes.faster" if broken else "changes.faster_together"
    return language.text(
        "changes.faster_close" if standing_of(near) == "open" else message,
        sending=sending_text(language, near.policy),
        clock=last_sms_text(result, near, language),
        kept=near.kept,
        runs=near.runs,
        reasons=reasons(language, broken),
    )


def _more_takers(supply: Supply, language: Language) -> str:
    bearable = supply.capacity / (supply.invited * supply.delivered)
    if bearable >= 1:
        return language.text("changes.never_short", capacity=supply.capacity)
    whole = math.floor(bearable * 100 + 1e-9) / 100
    return language.text("changes.uptake", uptake=language.notation.percent(whole), capacity=supply.capacity)
