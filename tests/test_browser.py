"""The eyes that look at every page see what is wrong with one."""

import pytest

from tests.browser import NARROW, browsing, is_wider_than_the_screen, violations

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ('<img src="map.png">', "image-alt"),
        ('<input name="number">', "label"),
        ('<p style="color: #bbb; background: #fff">Hardly there</p>', "color-contrast"),
        ("<h1>One</h1><h3>Three</h3>", "heading-order"),
    ],
)
def test_axe_finds_a_planted_violation(fault: str, rule: str) -> None:
    with browsing(script=True) as context:
        page = context.pages[0]
        page.set_content(f'<!doctype html><html lang="nb"><title>T</title><main><h1>T</h1>{fault}</main>')
        assert [one.partition(":")[0] for one in violations(page)] == [rule]


@pytest.mark.parametrize(("width", "wider"), [(200, False), (400, True)])
def test_what_must_be_scrolled_sideways_is_seen(width: int, wider: bool) -> None:
    with browsing(NARROW, script=True) as context:
        page = context.pages[0]
        page.set_content(f'<main style="width: {width}px">T</main>')
        assert is_wider_than_the_screen(page) is wider


def test_each_look_has_cookies_of_its_own() -> None:
    with browsing() as context:
        context.add_cookies([{"name": "seen", "value": "yes", "url": "http://127.0.0.1:1/"}])
    with browsing() as context:
        assert context.cookies() == []
