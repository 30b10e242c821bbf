"""The answer in a terminal: limits first, aligned, without colour."""

import datetime as dt
from collections.abc import Sequence

from reports.advice import headline, invited_now, shown_by, supply_sum
from reports.agreement import remarks
from reports.amounts import exact, told_apart, typical, value_text
from reports.candidates import last_sms_text, plan_label, verdict_cell
from reports.cases import Case, cases_of, limit_of, rejection_measure, scenario_of
from reports.figures_rows import operation_rows
from reports.language import Language, language_of
from reports.lever_section import lever_rows
from reports.lever_words import would_help
from reports.limits import Nature, broken_measures, measure_name, natures
from reports.method import verdict_sentence
from reports.no_plan import close_calls, nearest_misses
from reports.notation import LanguageCode
from reports.pairing import compared_parts, precision_sentence
from reports.plain_text import aligned, joined, prose
from reports.platform_section import need_sentences
from reports.replan import replan_sentence
from reports.sending import sending_label
from reports.sensitivity_words import day_rows, sensitivity_lines
from reports.track_record import track_record
from scenarios.figures import Figures
from scenarios.measurement import Measurement
from scenarios.recommendation import Candidate
from scenarios.result import Result
from scenarios.summary import Judged
from scenarios.thresholds import Comparison, Threshold

_MARKS = {"pass": "✓", "fail": "✗", "inconclusive": "≈"}
_SIGNS = {
    Comparison.AT_MOST: "<=",
    Comparison.AT_LEAST: ">=",
    Comparison.EQUAL: "==",
    Comparison.BELOW: "<",
    Comparison.ABOVE: ">",
}
_OTHERS = 3


def recommend_screen(result: Result, lang: LanguageCode = "en") -> str:
    """Say a recommendation: enough slots, the plan, the limits, the nearest other plans."""
    language = language_of(lang)
    recommendation = result.recommendation
    if recommendation is None:
        raise ValueError("a result of the kind 'recommend' has a recommendation")
    supply = recommendation.supply
    enough = language.text("supply.yes" if supply.enough else "supply.no")
    mark = _MARKS[result.verdict]
    parts = [
        [_about(result, language)],
        [prose(words, "") for words in [replan_sentence(recommendation, language)] if words],
        [prose(f"{language.text('supply.title')} {enough} {supply_sum(supply, language)}", "")],
        [prose(f"{mark} {headline(result, language)}"), *_times(result, language)],
        [prose(words) for words in shown_by(result, language)],
        _thresholds(cases_of(result, language), language),
        _others(result, language),
        _effects(result, language),
        _carried(result, language),
        _needed(result, language),
        _other_days(result, language),
        _levers(result, language),
        [_evidence(result, language)],
    ]
    if recommendation.answer == "too_few_slots":
        parts[2].append(f"    {language.text('screen.now', capacity=supply.capacity, now=invited_now(supply))}")
    return joined(parts)


def simulate_screen(result: Result, lang: LanguageCode = "en") -> str:
    """Say a simulation: the verdict, the limits, every measure."""
    language = language_of(lang)
    rows = [
        ("  " + measure_name(language, name), typical(language, name, summary), exact(language, name, summary))
        for name, summary in result.metrics.items()
        if summary
    ]
    head = (
        "  " + language.text("measures.title").upper(),
        language.text("screen.typical"),
        language.text("screen.mean"),
    )
    return joined(
        [
            [_about(result, language)],
            [f"  {_MARKS[result.verdict]} {verdict_sentence(result, language)}"],
            [prose(precision_sentence(result.precision, language))] if result.precision else [],
            _thresholds(cases_of(result, language), language),
            aligned([head, *rows]),
            *(compared_parts(result.comparison, language) if result.comparison else []),
            [_evidence(result, language)],
        ]
    )


def loadtest_screen(result: Result, lang: LanguageCode = "en") -> str:
    """Say a load test: the verdict, the limits, the generator, and the calculation beside the measurement."""
    language = language_of(lang)
    return joined(
        [
            [_about(result, language)],
            [f"  {_MARKS[result.verdict]} {verdict_sentence(result, language)}"],
            _thresholds(cases_of(result, language), language),
            _figures(result.measurement.figures, language) if result.measurement and result.measurement.figures else [],
            _agreement(result, result.measurement, language) if result.measurement else [],
            [prose(remark) for remark in remarks(result, language)],
            [_evidence(result, language)],
        ]
    )


def _about(result: Result, language: Language) -> str:
    words = [language.pick(result.scenario.title)]
    if result.recommendation:
        supply = result.recommendation.supply
        words.append(language.text("screen.sms", invited=supply.invited))
        words.append(language.text("screen.slots", capacity=supply.capacity))
    elif result.policy:
        words.append(sending_label(language, result.policy))
    return " · ".join([*words, language.text("screen.seed", seed=str(result.provenance.seed))])


def _times(result: Result, language: Language) -> list[str]:
    schedule = result.recommendation.schedule if result.recommendation else []
    if not schedule:
        return []
    first, last = (language.notation.clock(dt.datetime.fromisoformat(schedule[k].at)) for k in (0, -1))
    return [f"    {language.text('screen.times', first=first, last=last, batches=len(schedule))}"]


def _thresholds(cases: Sequence[Case], language: Language) -> list[str]:
    judged = [case for case in cases if case.thresholds]
    if not judged:
        return []
    head = ["  " + language.text("thresholds.title").upper(), "", *(case.label for case in judged)]
    rows = [_threshold_row(one, judged, language) for one in judged[0].thresholds]
    return aligned([head, *rows])


def _threshold_row(judged: Judged, cases: Sequence[Case], language: Language) -> list[str]:
    threshold = limit_of(judged)
    values = [next((one for one in case.thresholds if one.expression == judged.expression), None) for case in cases]
    name = f"  {_MARKS[judged.verdict]} {threshold.statistic.value}({threshold.measure})"
    return [name, _limit(threshold, language), *(_value(one, threshold, language) for one in values)]


def _limit(threshold: Threshold, language: Language) -> str:
    return f"{_SIGNS[threshold.comparison]} {value_text(language, threshold.measure, threshold.limit, 4)}"


def _value(judged: Judged | None, threshold: Threshold, language: Language) -> str:
    if judged is None or judged.value is None:
        return "-"
    return told_apart(language, threshold.measure, judged.value, threshold.limit)


def _others(result: Result, language: Language) -> list[str]:
    chosen = next((one for one in result.candidates if "recommended" in one.roles), None)
    others = _around(result, chosen) if chosen else _nearest(result)
    if not others:
        return []
    measure = rejection_measure(scenario_of(result))
    head = ["  " + language.text("screen.others").upper(), *(language.text(f"screen.{c}") for c in ("last", "kept"))]
    rows = [
        [
            f"    {plan_label(result, one.policy, language)}",
            last_sms_text(result, one, language),
            language.text("amount.of", part=one.kept, whole=one.runs),
            exact(language, measure, one.metrics.get(measure)),
            verdict_cell(result, one, language).lines[0],
        ]
        for one in others
    ]
    return aligned([[*head, language.text(f"reason.{measure}"), ""], *rows], words=(0, len(head) + 1))


def _nearest(result: Result) -> list[Candidate]:
    close = close_calls(result, result.recommendation) if result.recommendation else []
    return close[:_OTHERS] or nearest_misses(result)


def _around(result: Result, chosen: Candidate) -> list[Candidate]:
    """The plans that finish nearest to the advice, those that go under a name aside."""
    when = dt.datetime.fromisoformat(chosen.last_sms_at)
    plain = [one for one in result.candidates if one.runs and not one.roles]
    nearest = sorted(plain, key=lambda one: abs(dt.datetime.fromisoformat(one.last_sms_at) - when))[:_OTHERS]
    return sorted(nearest, key=lambda one: one.last_sms_at)


def _effects(result: Result, language: Language) -> list[str]:
    rows = lever_rows(result, language)
    if not rows:
        return []
    head, *rest = rows
    return aligned([["  " + head[0].upper(), *head[1:]], *(["    " + row[0], *row[1:]] for row in rest)])


def _carried(result: Result, language: Language) -> list[str]:
    lines = [prose(words, "    ") for words in sensitivity_lines(result, language)]
    return ["  " + language.text("sensitivity.title").upper(), *lines] if lines else []


def _needed(result: Result, language: Language) -> list[str]:
    lines = [prose(words, "    ") for words in need_sentences(result, language)]
    return ["  " + language.text("needs.title").upper(), *lines] if lines else []


def _other_days(result: Result, language: Language) -> list[str]:
    rows = [] if result.sensitivity is None else day_rows(result.sensitivity, language)
    head = [f"  {language.text('other_day.day').upper()}", language.text("other_day.kept"), ""]
    return aligned([head, *([f"    {name}", *rest] for name, *rest in rows)], words=(0, 2)) if rows else []


def _levers(result: Result, language: Language) -> list[str]:
    lines = [prose(language.text("screen.levers"))]
    if words := would_help(result, language):
        lines.append(prose(words))
    if result.recommendation and result.recommendation.answer == "no_feasible_plan":
        scenario = scenario_of(result)
        broken = [measure for one in nearest_misses(result) for measure in broken_measures(one, scenario)]
        helpful = [kind for kind in natures(broken) if kind is not Nature.LEAVING]
        lines += [prose(language.text(f"nature.{kind}")) for kind in helpful]
    return lines


def _agreement(result: Result, measurement: Measurement, language: Language) -> list[str]:
    head = [
        "  " + language.text("agreement.title").upper(),
        *(language.text(f"agreement.{c}") for c in ("predicted", "measured")),
    ]
    rows = [
        [
            "    " + measure_name(language, name),
            exact(language, name, measurement.predicted.get(name)),
            exact(language, name, summary),
        ]
        for name, summary in result.metrics.items()
        if summary or measurement.predicted.get(name)
    ]
    return aligned([head, *rows])


def _figures(figures: Figures, language: Language) -> list[str]:
    head, *rows = operation_rows(figures, language)
    return aligned([["  " + head[0].upper(), *head[1:]], *(["    " + row[0], *row[1:]] for row in rows)])


def _evidence(result: Result, language: Language) -> str:
    name = language.text(f"evidence.{result.evidence_level}.name", level=result.evidence_level)
    record = track_record(result, language)
    return prose(f"{name}. {record}" if record else name)
