# pyright: reportUnknownMemberType=false
"""The pictures of a page as PNG files, for documents and slides; each says in itself where it comes from."""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from reports.blocks import Block, Fold, Page, Picture, Section
from reports.notation import LanguageCode
from reports.svg import Drawing
from reports.whole_file import write_whole
from scenarios.result import Provenance, Result

_DOTS_PER_INCH: Final = 200  # twice what a screen has, so that it is sharp on paper


def write_pictures(page: Page, result: Result, out: Path, code: LanguageCode) -> list[Path]:
    """Write every picture of a page as `NAME.CODE.png`; the same picture gives the same bytes for every reader."""
    return [
        write_whole(out / f"{drawing.name}.{code}.png", _png(drawing, picture, result))
        for picture in pictures_in(page.sections)
        if isinstance(drawing := picture.svg, Drawing)
    ]


def pictures_in(sections: Sequence[Section]) -> Iterator[Picture]:
    """Every picture of some sections in reading order, also those that are folded away."""
    for section in sections:
        yield from _in_blocks(section.blocks)
        yield from pictures_in(section.parts)


def _in_blocks(blocks: Sequence[Block]) -> Iterator[Picture]:
    for block in blocks:
        match block:
            case Picture():
                yield block
            case Fold():
                yield from _in_blocks(block.blocks)
            case _:
                pass


def _png(drawing: Drawing, picture: Picture, result: Result) -> bytes:
    file = io.BytesIO()
    told = {"Title": picture.title, "Description": picture.caption, **_provenance(result, result.provenance)}
    drawing.figure.savefig(file, format="png", dpi=_DOTS_PER_INCH, metadata=told)
    return file.getvalue()


def _provenance(result: Result, made: Provenance) -> dict[str, str]:
    return {
        "Software": f"bolk {made.version}" + (f", {made.commit}" if made.commit else ""),
        "Source": f"{made.command} (scenario {result.scenario.sha256}, seed {made.seed})",
    }
