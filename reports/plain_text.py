"""How a screen is laid out: aligned columns, wrapped sentences, blank lines between parts."""

import textwrap
from collections.abc import Collection, Sequence
from typing import Final, TypeAlias

from reports.notation import NBSP

WIDTH: Final = 100
Row: TypeAlias = Sequence[str]


def aligned(rows: Sequence[Row], *, words: Collection[int] = (0,)) -> list[str]:
    """Align a table: columns of `words` to the left, figures to the right."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if k in words else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def joined(parts: Sequence[Sequence[str]]) -> str:
    """Put the parts of a screen under each other, those with nothing to say left out."""
    return "\n\n".join("\n".join(part) for part in parts if part).replace(NBSP, " ") + "\n"


def prose(sentence: str, indent: str = "  ") -> str:
    """Wrap a sentence."""
    return textwrap.fill(
        sentence,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_on_hyphens=False,
        break_long_words=False,
    )
