"""A real browser for tests: Debian's Chromium, driven by Playwright, with axe-core at hand."""

import atexit
import contextlib
import functools
import shutil
from collections.abc import Generator
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from reference_server.serving import RunningServer

WIDE: ViewportSize = {"width": 1200, "height": 900}
NARROW: ViewportSize = {"width": 320, "height": 700}
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
_WITHIN_MS = 20_000


def chromium() -> str:
    """Where Chromium is; the test is skipped where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no Chromium here: apt install chromium")
    return path


class _Running:
    """The one Chromium of all tests: starting it takes longer than most of what they do in it."""

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()
        self._browser: Browser | None = None

    def browser(self) -> Browser:
        """Start it where it does not run, or no longer does; it ends with the tests."""
        path = chromium()
        if self._browser is None or not self._browser.is_connected():
            self._stack.close()
            atexit.register(self._stack.close)
            playwright = self._stack.enter_context(sync_playwright())
            self._browser = playwright.chromium.launch(executable_path=path, headless=True, args=_ARGUMENTS)
            self._stack.callback(self._browser.close)
        return self._browser


_RUNNING = _Running()


@contextlib.contextmanager
def browsing(size: ViewportSize = WIDE, *, script: bool = False) -> Generator[BrowserContext]:
    """An empty profile with one page open; pages run no script unless axe-core is to look at them."""
    context = _RUNNING.browser().new_context(
        viewport=size, java_script_enabled=script, bypass_csp=script, locale="nb-NO"
    )
    context.set_default_timeout(_WITHIN_MS)
    context.new_page()
    try:
        yield context
    finally:
        context.close()


def log_in(page: Page, server: RunningServer, person: str = "Blid Bjørk", lang: str = "nb") -> None:
    """Through the pretend log-in, to «Timeavtaler»."""
    page.goto(f"{server.base_url}/logg-inn?lang={lang}")
    page.get_by_role("button", name=person).click()
    page.wait_for_url("**/timeavtaler")


def violations(page: Page) -> list[str]:
    """What axe-core finds wrong on the page, in short."""
    page.evaluate(_axe_core())
    options = {"runOnly": _RULES, "resultTypes": ["violations"]}  # what is right need not be written out
    found: Any = page.evaluate("async options => (await axe.run(document, options)).violations", options)
    return [
        f"{one['id']}: {node['html'][:120]} {node.get('failureSummary', '')}" for one in found for node in one["nodes"]
    ]


@functools.cache
def _axe_core() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def is_wider_than_the_screen(page: Page) -> bool:
    """Whether something must be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
