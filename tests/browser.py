"""A real browser for tests: Debian's Chromium, driven by Playwright, with axe-core at hand."""

import contextlib
import shutil
import tempfile
from collections.abc import Generator
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, ViewportSize, sync_playwright

from reference_server.serving import RunningServer

WIDE: ViewportSize = {"width": 1200, "height": 900}
NARROW: ViewportSize = {"width": 320, "height": 700}
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
_WITHIN_MS = 20_000


def chromium() -> str:
    """Where Chromium is; the test is skipped where there is none."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no Chromium here: apt install chromium")
    return path


@contextlib.contextmanager
def browsing(size: ViewportSize = WIDE, *, script: bool = False) -> Generator[BrowserContext]:
    """A browser of its own, with an empty profile; pages run no script unless axe-core is to look at them."""
    path = chromium()
    with tempfile.TemporaryDirectory(prefix="bolk-browser-") as profile, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=path,
            headless=True,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"],
            viewport=size,
            java_script_enabled=script,
            bypass_csp=script,
            locale="nb-NO",
        )
        context.set_default_timeout(_WITHIN_MS)
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
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    found: Any = page.evaluate("options => axe.run(document, options)", {"runOnly": _RULES})
    return [
        f"{one['id']}: {node['html'][:120]} {node.get('failureSummary', '')}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def is_wider_than_the_screen(page: Page) -> bool:
    """Whether something must be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
