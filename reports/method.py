"""How it was worked out: limits against values, what each measure counts, and how to make the same page again."""

from collections.abc import Sequence

from reports.amounts import told_apart, unit_of
from reports.blocks import Block, Cell, CellKind, Paragraph, Section, Table, text
from reports.cases import Case, cases_of, limit_of
from reports.language import Language
from reports.limits import limit_text, measure_name
from reports.pairing import precision_sentence
from reports.sending import sending_text
from reports.told import Told
from reports.validation_table import validation
from scenarios.measures import MEASURES
from scenarios.reader import Reader
from scenarios.result import Result
from scenarios.summary import Judged

_MARKS = {"pass": "✓", "fail": "✗", "inconclusive": "≈"}
_KINDS: dict[str, CellKind] = {"pass": "good", "fail": "bad", "inconclusive": "text"}


def thresholds_table(result: Result, language: Language) -> Table | None:
    """Hold every limit against each way of sending; None where the result judges nothing."""
    cases = [case for case in cases_of(result, language) if case.thresholds]
    if not cases:
        return None
    return Table(
        caption=language.text("thresholds.caption"),
        head=[language.text("thresholds.limit"), language.text("thresholds.asked"), *(case.label for case in cases)],
        rows=[_threshold_row(judged, cases, language) for judged in cases[0].thresholds],
    )


def _threshold_row(judged: Judged, cases: Sequence[Case], language: Language) -> list[Cell]:
    threshold = limit_of(judged)
    values = [next((one for one in case.thresholds if one.expression == judged.expression), None) for case in cases]
    asked = limit_text(language, threshold)
    return [
        text(measure_name(language, threshold.measure)),
        Cell((asked[:1].upper() + asked[1:],)),
        *(_judged_cell(one, language) for one in values),
    ]


def _judged_cell(judged: Judged | None, language: Language) -> Cell:
    if judged is None:
        return Cell(("",), "none")
    threshold = limit_of(judged)
    value = (
        language.text("amount.none")
        if judged.value is None
        else told_apart(language, threshold.measure, judged.value, threshold.limit)
    )
    verdict = language.text(f"verdict.{judged.verdict}")
    return Cell((f"{_MARKS[judged.verdict]}\u00a0{value}", verdict), _KINDS[judged.verdict])


def limits_of_the_plan(result: Result, language: Language) -> Section | None:
    """What a search held its plans to; None where the judgement says it already."""
    thresholds = thresholds_table(result, language)
    if result.kind != "recommend" or thresholds is None:
        return None
    return Section(id="limits", title=language.text("thresholds.title"), blocks=[thresholds])


def method(told: Told) -> Section:
    """The technical end of the report; the limits stand here where they are not the first thing."""
    result, language = told.result, told.language
    limits = limits_of_the_plan(result, language) if told.reader is Reader.COORDINATOR else None
    again = language.text("reproduction.again", command=told.command)
    parts = [
        limits,
        validation(result, language),
        Section(id="measures", title=language.text("measures.title"), blocks=[_measures(language)]),
        Section(
            id="reproduction",
            title=language.text("reproduction.title"),
            blocks=[_reproduction(result, language), Paragraph(again, "note")],
        ),
    ]
    return Section(id="method", title=language.text("method.title"), parts=[part for part in parts if part])


def _measures(language: Language) -> Table:
    return Table(
        caption=language.text("measures.caption"),
        head=[language.text(f"measures.{column}") for column in ("name", "definition", "unit", "key")],
        rows=[
            [
                text(measure_name(language, name)),
                text(language.text(f"measure.{name}.definition")),
                text(language.text(f"unit.{unit_of(name)}")),
                Cell((name,), "code"),
            ]
            for name in MEASURES
        ],
    )


def _reproduction(result: Result, language: Language) -> Table:
    made = result.provenance
    plans = made.plan_sha256
    rows = [
        ("command", (made.command,), "code"),
        ("version", (f"bolk {made.version}" + (f", {made.commit}" if made.commit else ""),), "code"),
        ("scenario", (result.scenario.name, result.scenario.sha256), "code"),
        ("seed", (str(made.seed),), "code"),
        ("replications", (language.notation.number(made.replications),), "text"),
        ("engine", (made.engine,), "code"),
        (
            "plans",
            tuple(plans[:4]) + ((language.text("reproduction.more", plans=len(plans) - 4),) if plans[4:] else ()),
            "code",
        ),
        ("packages", tuple(f"{name} {version}" for name, version in sorted(made.packages.items())), "code"),
        ("machine", (made.machine,), "text"),
        ("started", (made.started_at,), "code"),
        ("wall", (language.notation.waiting(made.wall_s),), "text"),
        ("schema", (result.format,), "code"),
    ]
    return Table(
        caption=language.text("reproduction.caption"),
        head=[language.text("reproduction.what"), language.text("reproduction.value")],
        rows=[
            [text(language.text(f"reproduction.{name}")), Cell(lines, kind)]  # pyright: ignore[reportArgumentType]
            for name, lines, kind in rows
            if lines
        ],
    )


def judgement(result: Result, language: Language) -> Section | None:
    """The verdict of a simulation or load test: thresholds first; None for a search."""
    if result.kind not in ("simulate", "loadtest"):
        return None
    thresholds = thresholds_table(result, language)
    blocks: list[Block] = [Paragraph(verdict_sentence(result, language), "advice")]
    if result.precision is not None:
        blocks.append(Paragraph(precision_sentence(result.precision, language)))
    if thresholds is not None:
        blocks.append(thresholds)
    return Section(id="verdict", title=language.text("judgement.title"), blocks=blocks)


def verdict_sentence(result: Result, language: Language) -> str:
    """Say whether the policy of a simulation or load test kept the limits."""
    sending = sending_text(language, result.policy) if result.policy else ""
    if result.precision is not None and result.verdict == "inconclusive":
        return language.text("judgement.too_few_runs", sending=sending)
    return language.text(f"judgement.{result.verdict}", sending=sending)
