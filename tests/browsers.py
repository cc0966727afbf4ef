"""Debian's own Chromium and Firefox, without background network access."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium-headless-shell"
FIREFOX = "/usr/bin/firefox-esr"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
BIDI = Path(__file__).with_name("firefox_bidi.cjs")


@contextmanager
def launched() -> Iterator[Browser]:
    """A Chromium while the block runs."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        opened.close()


@contextmanager
def launched_firefox() -> Iterator[Browser]:
    """A Firefox while the block runs, driven over WebDriver BiDi."""
    with _node_options(f"--require={BIDI}"), sync_playwright() as playwright:
        opened = playwright.firefox.launch(channel="moz-firefox", executable_path=FIREFOX)
        yield opened
        opened.close()


def follow(link_or_button: Locator) -> None:
    """Click, and wait until the page that it leads to has loaded."""
    with link_or_button.page.expect_navigation():
        link_or_button.click()


def page_width(page: Page) -> int:
    """Pixels that the content takes: more than the screen where it scrolls sideways."""
    width: int = page.evaluate("document.documentElement.scrollWidth")
    return width


@contextmanager
def _node_options(options: str) -> Iterator[None]:
    """What the driver's Node.js starts with."""
    before = os.environ.get("NODE_OPTIONS", "")
    os.environ["NODE_OPTIONS"] = f"{before} {options}".strip()
    try:
        yield
    finally:
        os.environ["NODE_OPTIONS"] = before
