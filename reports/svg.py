# pyright: reportUnknownMemberType=false
"""A matplotlib figure as a piece of a page: no ids that clash, nothing to fetch, a title and a description."""

import io
import re
from typing import Any, Final

import matplotlib as mpl
from markupsafe import Markup, escape
from matplotlib.figure import Figure

_TEXT_AS_TEXT: Final[dict[Any, Any]] = {"svg.fonttype": "none", "font.family": ["DejaVu Sans"]}


class Drawing(Markup):
    """An SVG that still knows the figure it was drawn from, for those who want it in another format."""

    figure: Figure
    name: str


def inline_svg(figure: Figure, name: str, title: str, description: str) -> Drawing:
    """Draw a figure as SVG for the middle of an HTML page; the same figure and name give the same bytes.

    Parameters
    ----------
    figure : Figure
        Its text stays text, so that it can be selected, enlarged and searched.
    name : str
        Unique on the page: it goes in front of every id.
    title, description : str
        What a screen reader says in place of the drawing.
    """
    file = io.StringIO()
    silent = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with mpl.rc_context({**_TEXT_AS_TEXT, "svg.hashsalt": name}):
        figure.savefig(file, format="svg", metadata=silent)
    drawing = file.getvalue()
    box = re.search(r'viewBox="([^"]+)"[^>]*>', drawing)
    if box is None:
        raise AssertionError("matplotlib wrote an SVG without a viewBox")
    inner = drawing[box.end() :]
    for unwanted in (
        r"<defs>\s*<style[^>]*>.*?</style>\s*</defs>",
        r'\s+style="stroke-miterlimit: [^"]*"',
        "<!--.*?-->",
    ):
        inner = re.sub(unwanted, "", inner, flags=re.S)
    inner = re.sub(r'\b(id="|xlink:href="#|url\(#)', lambda found: _renamed(found[1], name), inner)
    inner = re.sub(r'(?<==")[^"]+', lambda found: _shortened(found[0]), inner)
    drawn = Drawing(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box[1]}" role="img" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(description)}</desc>{inner.strip()}'
    )
    drawn.figure, drawn.name = figure, name
    return drawn


def _shortened(attribute: str) -> str:
    """Round coordinates to a hundredth of a point: a third of the bytes, and nothing to see."""
    return re.sub(r"-?\d+\.\d{3,}", lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), attribute)


def _renamed(mark: str, name: str) -> str:
    return f"{mark.removeprefix('xlink:')}{name}-"
