"""What the platform needs: batches against servers in one table, and which part of it is full first."""

from collections.abc import Iterator

from reports.blocks import Block, Items, Paragraph, Section, Table, number, text
from reports.cases import Case, cases_of
from reports.language import Language
from reports.limits import limit_text, measure_name
from scenarios.platform_needs import PlatformNeeds, Servers, WayNeeds
from scenarios.result import Result
from scenarios.thresholds import threshold_of

_STATIONS: tuple[Servers, ...] = ("login", "pages", "ehr")


def the_needs(result: Result, language: Language) -> Section | None:
    """Say how many servers each way of sending needs; None where that was not worked out."""
    needs, ways = result.platform, list(_ways(result, language))
    if needs is None or not ways:
        return None
    blocks: list[Block] = [
        Items(need_sentences(result, language)),
        *([] if needs.complete else [Paragraph(language.text("needs.partial"), "bad")]),
        _staggering(needs, ways, language),
        _busiest(ways, language),
        *_notes(needs, language),
    ]
    return Section(id="needs", title=language.text("needs.title"), blocks=blocks)


def need_sentences(result: Result, language: Language) -> list[str]:
    """What each way of sending needs, and its busiest part, a sentence each."""
    needs = result.platform
    return [] if needs is None else [_sentence(needs, way, case, language) for way, case in _ways(result, language)]


def _ways(result: Result, language: Language) -> Iterator[tuple[WayNeeds, Case]]:
    """The ways of sending, each with how it went, in the order of every other table."""
    known = [] if result.platform is None else result.platform.ways
    for case in cases_of(result, language):
        yield from ((way, case) for way in known if way.policy == case.policy)


def _sentence(needs: PlatformNeeds, way: WayNeeds, case: Case, language: Language) -> str:
    said = [language.text("needs.servers", factor=_factor(needs, way, language))] if needs.limits else []
    if (station := _fullest(way)) is not None:
        share = way.busiest[station].p50
        words, part = "needs.full" if share >= 1 else "needs.not_full", language.text(f"needs.{station}")
        said.append(language.text(words, part=part, share=language.notation.percent(share, 0)))
    return f"{case.label}: {' '.join(said)}"


def _fullest(way: WayNeeds) -> Servers | None:
    """The station that is full first when more come: the one with most work for its workers."""
    return max(way.busiest, key=lambda station: way.busiest[station].p50, default=None)


def _factor(needs: PlatformNeeds, way: WayNeeds, language: Language) -> str:
    """Say how many times the servers are enough; or that the most that were tried are not, or are not shown to be."""
    if way.factor is not None:
        words = "needs.least" if way.factor == needs.ladder[0] else "needs.times"
        return language.text(words, times=language.notation.shortest(way.factor, 2))
    top = way.at(needs.ladder[-1])
    words = "needs.beyond" if top is not None and top.standing == "broken" else "needs.not_shown"
    return language.text(words, times=language.notation.shortest(needs.ladder[-1], 2))


def _staggering(needs: PlatformNeeds, ways: list[tuple[WayNeeds, Case]], language: Language) -> Table:
    columns = ("way", "takes", "factor", *_STATIONS)
    return Table(
        caption=language.text("needs.caption"),
        head=[language.text(f"needs.column_{one}") for one in columns],
        rows=[
            [
                text(case.label),
                number(_takes(case, language)),
                text(_factor(needs, way, language) if needs.limits else ""),
                *(number(_workers(way, station, language)) for station in _STATIONS),
            ]
            for way, case in ways
        ],
        summary=language.text("needs.whole"),
        aligned=True,
    )


def _takes(case: Case, language: Language) -> str:
    summary = case.metrics.get("time_to_invite_all_s")
    return language.notation.duration(summary.p50) if summary else language.text("amount.none")


def _workers(way: WayNeeds, station: Servers, language: Language) -> str:
    rung = way.at(way.factor)
    return language.text("amount.none") if rung is None else language.notation.number(rung.workers[station])


def _busiest(ways: list[tuple[WayNeeds, Case]], language: Language) -> Table:
    return Table(
        caption=language.text("needs.busiest"),
        head=[language.text("needs.column_way"), *(language.text(f"needs.column_{one}") for one in _STATIONS)],
        rows=[
            [
                text(case.label),
                *(
                    number(language.notation.percent(one.p50, 0) if (one := way.busiest.get(station)) else "")
                    for station in _STATIONS
                ),
            ]
            for way, case in ways
        ],
        summary=language.text("needs.more_than_all"),
        aligned=True,
    )


def _notes(needs: PlatformNeeds, language: Language) -> Iterator[Block]:
    """What was held against what, what was shown, and what more servers do not help against."""
    if not needs.limits:
        yield Paragraph(language.text("needs.no_limits"), "note")
        return
    limits = [threshold_of(one) for one in needs.limits]
    yield Paragraph(language.text("needs.limits"))
    yield Items([f"{measure_name(language, one.measure)}: {limit_text(language, one)}" for one in limits])
    yield Paragraph(language.text("needs.no_cure"))
    steps = " · ".join(language.notation.shortest(one, 2) for one in needs.ladder)
    yield Paragraph(language.text("needs.ladder", steps=steps), "note")
    if any(rung.standing == "open" for way in needs.ways for rung in way.tried):
        yield Paragraph(language.text("needs.open"), "note")
