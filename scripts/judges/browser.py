"""Judges in a real browser: accessibility by axe-core, and nothing to be scrolled sideways.

At the width of a small phone, a phone and a computer, light and dark.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from making import Made
from markup import MODULES
from playwright.sync_api import Page, Route, sync_playwright
from verdicts import Verdict

WIDTHS = (320, 360, 800)
SCHEMES = ("light", "dark")
CHROMIUM = "/usr/bin/chromium"
IMAGES = Path(__file__).resolve().parents[2] / "newsletter" / "demo" / "images"
AXE = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.map((v) => `${v.id}: ${v.nodes[0].html.slice(0, 160)}`);
}"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def axe(mails: Sequence[Made], screenshots: Path | None = None) -> list[Verdict]:
    """Every mail at every width in both schemes.

    Args:
        screenshots: where pictures of them are kept, if they are wanted.
    """
    source = (MODULES / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        verdicts = []
        for mail in mails:
            faults: list[str] = []
            for scheme in SCHEMES:
                for width in WIDTHS:
                    page = browser.new_page(
                        viewport={"width": width, "height": 900}, color_scheme=scheme
                    )
                    faults += [f"{scheme}, {width} px: {f}" for f in _look(page, mail, source)]
                    if screenshots is not None:
                        name = f"{mail.name}-{scheme}-{width}.png"
                        page.screenshot(path=screenshots / name, full_page=True)
                    page.close()
            verdicts.append(Verdict(judge="axe", about=mail.name, faults=tuple(faults)))
        browser.close()
    return verdicts


def _look(page: Page, mail: Made, source: str) -> list[str]:
    page.route(re.compile("^https?:"), _picture)
    page.goto(mail.path.as_uri())
    overflow = page.evaluate(OVERFLOW)
    page.evaluate(source)
    faults: list[str] = page.evaluate(AXE)
    return faults + ([f"{overflow} px to scroll sideways"] if overflow > 0 else [])


def _picture(route: Route) -> None:
    """Nothing is fetched: every picture is one of the demonstration's."""
    route.fulfill(path=IMAGES / "harbour.png")
