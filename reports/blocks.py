"""What a page is made of: sections with paragraphs, lists, tables, pictures and folds, in reading order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from markupsafe import Markup

Tone = Literal["plain", "advice", "lead", "note", "good", "bad"]
CellKind = Literal["text", "number", "code", "good", "bad", "best", "none"]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; `tone` decides how loud it is, `opening` is its first word or two in bold."""

    kind: ClassVar = "paragraph"
    text: str
    tone: Tone = "plain"
    opening: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """A list; numbered where the order means something."""

    kind: ClassVar = "items"
    items: Sequence[str]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Links:
    """Ways to other files, each with its text first."""

    kind: ClassVar = "links"
    links: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: its lines of text, what kind it is, and how many columns it spans."""

    lines: tuple[str, ...]
    kind: CellKind = "text"
    span: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table whose first column names the rows; `summary`, if any, is a note under it."""

    kind: ClassVar = "table"
    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    summary: str = ""
    aligned: bool = False  # figures to compare, aligned to the right
    highlight: bool = False  # the first column of values is the advice


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A drawing whose title states the finding, with the numbers behind it."""

    kind: ClassVar = "picture"
    svg: Markup
    title: str
    caption: str
    table: Table


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks that open on demand (and in print)."""

    kind: ClassVar = "fold"
    summary: str
    blocks: Sequence["Block"]


Block = Paragraph | Items | Links | Table | Picture | Fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading with what stands under it, which opens on demand if it is folded."""

    id: str
    title: str
    blocks: Sequence[Block] = ()
    parts: Sequence["Section"] = field(default=())
    folded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A whole page: `headline` is the answer in one sentence, `evidence` how far it can be trusted.

    `others` are the names and files of reports on the same answer for other readers.
    """

    title: str
    reader: str = ""
    others: Sequence[tuple[str, str]] = ()
    headline: str
    evidence: str
    evidence_meaning: str
    made: str
    sections: Sequence[Section]


def text(*lines: str) -> Cell:
    """Make a cell of plain text."""
    return Cell(lines)


def number(line: str) -> Cell:
    """Make a cell of a number, aligned to the right."""
    return Cell((line,), "number")
