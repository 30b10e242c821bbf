"""The figures of a load test as rows: each operation on both clocks, for the screen and for the page."""

from collections.abc import Sequence
from typing import Final

from reports.blocks import Table, number, text
from reports.language import Language
from scenarios.figures import Figures, OperationFigures, Rung

CLOCKS: Final = ("service", "response")
_SHOWN: Final = (("service", 0.5), ("service", 0.99), ("response", 0.5), ("response", 0.95), ("response", 0.99),
                  ("response", 1.0))  # fmt: skip


def at(ladder: Sequence[Rung], share: float) -> Rung:
    """The rung of a share; where there are too few samples to tell it from the slowest, that is the slowest."""
    return next(rung for rung in ladder if rung.share >= share - 1e-12)


def operation_rows(figures: Figures, language: Language) -> list[list[str]]:
    """Each operation for a screen: how many, errors, and both clocks; the head first, a clock named once."""
    times = [
        share_text(share, language) if k and _SHOWN[k - 1][0] == clock else _clock_share(clock, share, language)
        for k, (clock, share) in enumerate(_SHOWN)
    ]
    return [[*_head(language), *times], *(_row(one, _SHOWN, language) for one in figures.operations)]


def operation_table(figures: Figures, language: Language) -> Table:
    """The same for a page, where every column names its clock."""
    times = [_clock_share(clock, share, language) for clock, share in _SHOWN]
    rows = [_row(one, _SHOWN, language) for one in figures.operations]
    return Table(
        caption=language.text("figures.table"),
        head=[*_head(language), *times],
        rows=[[text(row[0]), *map(number, row[1:])] for row in rows],
        aligned=True,
    )


def share_text(share: float, language: Language) -> str:
    """How a share is called; the whole is called by the slowest in it."""
    return language.text("figures.slowest") if share == 1 else language.notation.percent(share)


def _head(language: Language) -> list[str]:
    return [language.text(f"figures.{name}") for name in ("operation", "count", "errors")]


def _clock_share(clock: str, share: float, language: Language) -> str:
    return f"{language.text(f'figures.{clock}')} {share_text(share, language)}"


def _row(one: OperationFigures, columns: Sequence[tuple[str, float]], language: Language) -> list[str]:
    counts = [language.notation.number(count) for count in (one.count, one.errors)]
    times: list[float] = [getattr(at(one.ladder, share), f"{clock}_s") for clock, share in columns]
    return [language.text(f"operation.{one.operation}"), *counts, *map(language.notation.waiting, times)]
