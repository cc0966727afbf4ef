"""Browser checks: accessibility by axe-core, and no horizontal overflow.

At the widths of a small phone, a phone and a computer, light and dark.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from playwright.sync_api import Browser, Page, Route, sync_playwright

from judges.markup import MODULES
from judges.sample_mails import SampleMail
from judges.verdicts import Verdict

WIDTHS = (320, 360, 800)
SCHEMES = ("light", "dark")
CHROMIUM = "/usr/bin/chromium-headless-shell"
IMAGES = Path(__file__).resolve().parents[2] / "newsletter" / "demo" / "images"
AXE = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.map((v) => `${v.id}: ${v.nodes[0].html.slice(0, 160)}`);
}"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def axe(mails: Sequence[SampleMail], screenshots: Path | None = None) -> list[Verdict]:
    """axe-core on every mail, at every width and in both colour schemes.

    Args:
        screenshots: folder for screenshots, if wanted.
    """
    source = (MODULES / "axe-core" / "axe.min.js").read_text(encoding="utf-8")

    def look(page: Page, name: str) -> list[str]:
        page.evaluate(source)
        if screenshots is not None:
            page.screenshot(path=screenshots / f"{name}.png", full_page=True)
        return [str(fault) for fault in page.evaluate(AXE)]

    return _everywhere("axe", mails, look)


def widths(mails: Sequence[SampleMail]) -> list[Verdict]:
    """Whether a mail overflows horizontally."""

    def look(page: Page, _: str) -> list[str]:
        overflow = page.evaluate(OVERFLOW)
        return [f"{overflow} px to scroll sideways"] if overflow > 0 else []

    return _everywhere("widths", mails, look)


def _everywhere(
    judge: str, mails: Sequence[SampleMail], look: Callable[[Page, str], list[str]]
) -> list[Verdict]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        verdicts = [
            Verdict(judge=judge, about=mail.name, faults=tuple(_faults(browser, mail, look)))
            for mail in mails
        ]
        browser.close()
    return verdicts


def _faults(
    browser: Browser, mail: SampleMail, look: Callable[[Page, str], list[str]]
) -> Iterator[str]:
    for scheme in SCHEMES:
        for width in WIDTHS:
            page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            page.route(re.compile("^https?:"), _picture)
            page.goto(mail.path.as_uri())
            for fault in look(page, f"{mail.name}-{scheme}-{width}"):
                yield f"{scheme}, {width} px: {fault}"
            page.close()


def _picture(route: Route) -> None:
    """Serve the demo's picture for every request: nothing is fetched."""
    route.fulfill(path=IMAGES / "harbour.png")
