"""A report that a municipality publishes must meet WCAG 2.1 AA: what a parser can check of that."""

import functools
import itertools
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from reports.language import LANGUAGES
from reports.notation import LanguageCode
from tests import a_result
from tests.browser import NARROW, WIDE, browsing, is_wider_than_the_screen, violations

VOID = {"meta", "br", "hr", "img", "input", "link"}


@dataclass
class Node:
    tag: str
    attributes: dict[str, str]
    parent: "Node | None" = None
    children: list["Node"] = field(default_factory=list["Node"])
    text: str = ""

    def all(self, *tags: str) -> list["Node"]:
        """Every descendant with one of these tags, in reading order."""
        return [found for child in self.children for found in ([child] if child.tag in tags else []) + child.all(*tags)]

    @property
    def words(self) -> str:
        return (self.text + " ".join(child.words for child in self.children)).strip()

    @property
    def after(self) -> "Node | None":
        siblings = self.parent.children if self.parent else []
        place = next(k for k, one in enumerate(siblings) if one is self)
        return siblings[place + 1] if place + 1 < len(siblings) else None


class Tree(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.root = self.here = Node("root", {})
        self.feed(html)
        assert self.here is self.root, f"<{self.here.tag}> is never closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.children.append(node)
        if tag not in VOID:
            self.here = node

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.here.children.append(Node(tag, {name: value or "" for name, value in attrs}, self.here))

    def handle_endtag(self, tag: str) -> None:
        assert self.here.tag == tag, f"<{self.here.tag}> is closed by </{tag}>"
        self.here = self.here.parent or self.root

    def handle_data(self, data: str) -> None:
        self.here.text += data


CODE_OF: dict[str, LanguageCode] = {kind: LANGUAGES[k % 2] for k, kind in enumerate(a_result.KINDS)}
"""Each kind in one language, since both have the same frame and the same messages, which a test of the words holds."""
EVERY_PAGE = [pytest.param(kind, code, id=f"{kind}-{code}") for kind, code in CODE_OF.items()]


@functools.cache
def tree_of(kind: str, code: LanguageCode) -> Node:
    return Tree(a_result.page(kind, code)).root


@pytest.fixture
def tree(kind: str, code: LanguageCode) -> Node:
    return tree_of(kind, code)


@pytest.mark.parametrize(("kind", "code"), EVERY_PAGE)
class TestEveryPage:
    def test_names_its_language_and_has_a_title(self, tree: Node, code: LanguageCode) -> None:
        assert tree.all("html")[0].attributes["lang"] == code
        assert tree.all("head")[0].all("title")[0].words

    def test_has_one_h1_and_skips_no_heading_level(self, tree: Node) -> None:
        levels = [int(heading.tag[1]) for heading in tree.all("h1", "h2", "h3", "h4", "h5", "h6")]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
        assert all(heading.words for heading in tree.all("h1", "h2", "h3"))

    def test_says_every_drawing_in_words(self, tree: Node) -> None:
        for svg in tree.all("svg"):
            named = {one.attributes["id"]: one.words for one in svg.children if one.tag in ("title", "desc")}
            assert svg.attributes["role"] == "img"
            assert len(named) == 2
            assert set(svg.attributes["aria-labelledby"].split()) == set(named)
            assert all(named.values())

    def test_follows_every_figure_with_its_table(self, tree: Node) -> None:
        for figure in tree.all("figure"):
            assert figure.all("figcaption")[0].words
            fold = figure.after
            assert fold is not None
            assert fold.tag == "details"
            assert len(fold.all("table")) == 1

    def test_gives_every_table_a_caption_and_scoped_headings(self, tree: Node) -> None:
        assert tree.all("table")
        for table in tree.all("table"):
            assert table.all("caption")[0].words
            assert {heading.attributes["scope"] for heading in table.all("th")} == {"col", "row"}
            width = len(table.all("thead")[0].all("th"))
            for row in table.all("tbody")[0].all("tr"):
                assert sum(int(cell.attributes.get("colspan", "1")) for cell in row.children) == width

    def test_runs_nothing_and_fetches_nothing(self, tree: Node) -> None:
        assert not tree.all("script", "link", "img", "iframe", "object", "embed")
        for node in tree.all(*{one.tag for one in _everything(tree)}):
            assert not [name for name in node.attributes if name.startswith("on")]
            fetched = {name: value for name, value in node.attributes.items() if name in ("src", "href", "xlink:href")}
            assert all(value.startswith("#") for value in fetched.values())
            if node.tag != "svg":
                assert not [name for name in node.attributes if name.startswith("xmlns")]
        style = tree.all("style")[0].text
        assert "url(" not in style
        assert "@import" not in style

    def test_uses_every_id_once_and_points_to_none_that_is_missing(
        self, tree: Node, kind: str, code: LanguageCode
    ) -> None:
        ids = [node.attributes["id"] for node in _everything(tree) if "id" in node.attributes]
        assert len(ids) == len(set(ids))
        pointed = re.findall(r'(?:href="#|url\(#)([^")]+)', a_result.page(kind, code))
        assert set(pointed) <= set(ids)

    def test_lets_the_keyboard_skip_to_the_content_and_scroll_what_is_wide(self, tree: Node) -> None:
        first_link = tree.all("a")[0]
        assert first_link.attributes["href"] == "#content"
        assert [node for node in tree.all("main") if node.attributes["id"] == "content"]
        for wide in [one for one in tree.all("div") if one.attributes.get("class") in ("wide", "drawing")]:
            assert wide.attributes["tabindex"] == "0"
            assert wide.attributes["role"] == "group"
            assert wide.attributes["aria-label"]

    def test_never_tells_a_verdict_by_colour_alone(self, tree: Node) -> None:
        for cell in tree.all("td"):
            if cell.attributes["class"] in ("good", "bad", "best"):
                assert cell.words[0] in "✓✗"
                assert len(cell.words) > 2

    def test_is_small_enough_for_mail(self, kind: str, code: LanguageCode) -> None:
        assert len(a_result.page(kind, code).encode()) < 500_000


def _everything(node: Node) -> list[Node]:
    return [found for child in node.children for found in (child, *_everything(child))]


def contrast(first: str, second: str) -> float:
    """The contrast ratio of two colours. Source: WCAG 2.1, relative luminance."""

    def luminance(colour: str) -> float:
        channels = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_computed_as_wcag_does() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)


def test_all_text_in_the_stylesheet_has_enough_contrast_on_every_background_it_can_stand_on() -> None:
    css = files("reports").joinpath("page.css").read_text(encoding="utf-8")
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", css)
    pairs: set[tuple[str, str]] = set()
    light: set[str] = {"#FFFFFF"}
    for _, body in rules:
        colour = re.search(r"(?<!-)color:\s*(#\w{6})", body)
        ground = re.search(r"background-color:\s*(#\w{6})", body)
        if colour and ground:
            pairs.add((colour[1], ground[1]))
        elif ground:
            light.add(ground[1])
        elif colour:
            pairs.add((colour[1], "#FFFFFF"))
    pairs |= {("#3D3D3D", ground) for ground in (*light, "#EEF3F8")}
    assert len(pairs) > 5
    assert {pair: contrast(*pair) for pair in pairs if contrast(*pair) < 4.5} == {}


def test_the_colours_of_drawings_stand_out_from_white_and_text_more_so() -> None:
    from reports import charts

    assert all(contrast(one, "#FFFFFF") >= 3 for one in (charts.BLUE, charts.ORANGE, charts.PINK, charts.TURQUOISE))
    drawn = "".join(a_result.page(kind, code) for kind, code in CODE_OF.items())
    filled = {colour.upper() for colour in re.findall(r"<text[^>]*fill: (#\w{6})", drawn)}
    assert filled
    assert {colour for colour in filled if contrast(colour, "#FFFFFF") < 4.5} == set()


@pytest.mark.slow
def test_a_browser_finds_nothing_wrong_wide_and_narrow_and_the_keyboard_opens_what_is_folded() -> None:
    with browsing(script=True) as context:
        page = context.pages[0]
        for kind in ("plan", "loadtest"):
            page.set_viewport_size(WIDE)
            page.set_content(a_result.page(kind, CODE_OF[kind]))
            page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            page.evaluate("document.querySelectorAll('svg > g, svg > defs').forEach(one => one.remove())")  # role img
            assert violations(page) == []
            page.set_viewport_size(NARROW)
            assert not is_wider_than_the_screen(page)
        page.set_content(a_result.page("plan", CODE_OF["plan"]))
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        folded = page.locator("#assumptions > details")
        assert folded.locator("table").first.is_hidden()
        folded.locator("> summary").press("Enter")
        assert folded.locator("table").first.is_visible()
        folded.locator("> summary").press("Enter")
        page.emulate_media(media="print")
        assert folded.locator("table").first.is_visible()
