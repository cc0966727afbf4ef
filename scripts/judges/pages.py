"""html-validate and axe-core on every page of console and site, as the demonstration shows them.

One page of each kind, with empty lists, refused forms and pages that do not exist;
axe-core at four widths, light and dark.
"""

import json
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

from browsers import launched
from demonstration import demo, signed_in
from lxml import html
from playwright.sync_api import Browser, BrowserContext, Page
from servers import free_port

from judges.browser import AXE, OVERFLOW, SCHEMES
from judges.markup import HERE, MODULES
from judges.verdicts import Verdict

WIDTHS = (320, 360, 768, 1280)
PEOPLE = "40"
BEGINNINGS = (
    *("/", "/nowhere", "/search?q=nowhere", "/console", "/console/nowhere"),
    *(f"/console/{room}?q=nowhere" for room in ("articles", "people", "media", "staff", "audit")),
    *("/console/editions?state=missed", "/console/feedback?kind=complaint"),
)
# Forms that are sent empty: the page with their errors.
REFUSED = (
    *("/console/articles/new", "/console/bulletins/new", "/console/people/add"),
    *("/console/people/import", "/console/people/suppress", "/console/segments/new"),
    *("/console/staff/invite", "/console/account/password", "/console/setup"),
)
# Waits for events, ends the session, or is a file.
LEFT_OUT = ("/live", "/events", "/sign-out", "csv", "/enter/", "/feed", "/media/", "/static/")
SEND_EMPTY = """() => {
  const form = document.querySelector("main form[method=post]:not(.inline)");
  for (const field of form.querySelectorAll("input:not([type=hidden]), textarea")) field.value = "";
  form.submit();
}"""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A page as it was answered."""

    path: str
    source: str
    is_refused: bool = False
    """It is the answer to a form that was sent empty."""

    @property
    def about(self) -> str:
        return f"{self.path} (refused)" if self.is_refused else self.path


def judge() -> list[Verdict]:
    """Start the demonstration, walk over its pages, and have each looked at."""
    with tempfile.TemporaryDirectory(prefix="judges-pages-") as name:
        folder = Path(name)
        address = f"http://127.0.0.1:{free_port()}"
        with demo(folder, address, "--people", PEOPLE) as link, launched() as browser:
            state = signed_in(browser, link, folder)
            context = browser.new_context(storage_state=state)
            shown = [*_walked(context, address), *_refused(context, address)]
            context.close()
            return [*_html_validate(shown, folder), *_axe(browser, state, shown, address)]


def _walked(context: BrowserContext, address: str) -> Iterator[Shown]:
    waiting, seen = list(BEGINNINGS), set()
    while waiting:
        path = waiting.pop(0)
        if _kind(path) in seen:
            continue
        seen.add(_kind(path))
        answer = context.request.get(address + path)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        yield Shown(path=path, source=answer.text())
        waiting += _links(answer.text(), address, path)


def _links(source: str, address: str, path: str) -> Iterator[str]:
    for anchor in html.fromstring(source).iter("a"):
        found, _ = urldefrag(urljoin(address + path, anchor.get("href") or ""))
        if found.startswith(f"{address}/") and not any(word in found for word in LEFT_OUT):
            yield found.removeprefix(address)


def _kind(path: str) -> str:
    """A path without numbers and names: one page of each kind is enough."""
    parts = urlsplit(path)
    names = re.sub(r"=[^&]*", "", parts.query)
    shape = re.sub(
        r"^/(articles|topics|authors|mails|unsubscribe|preferences)/.*", r"/\1/…", parts.path
    )
    shape = re.sub(r"/settings/option/.*", "/settings/option/…", shape)
    return re.sub(r"\d+", "N", shape) + (f"?{names}" if names else "")


def _refused(context: BrowserContext, address: str) -> Iterator[Shown]:
    page = context.new_page()
    for path in REFUSED:
        source = _send_empty(page, address + path)
        yield Shown(path=path, source=source, is_refused=True)
    page.close()


def _send_empty(page: Page, address: str) -> str:
    page.goto(address)
    with page.expect_navigation() as navigation:
        page.evaluate(SEND_EMPTY)
    return navigation.value.text()


def _html_validate(shown: Sequence[Shown], folder: Path) -> Iterator[Verdict]:
    files = {}
    for number, one in enumerate(shown):
        path = folder / f"page{number}.html"
        path.write_text(one.source, encoding="utf-8")
        files[str(path)] = one
    config = HERE / "html-validate-pages.json"
    answer = folder / "html-validate.json"
    program = str(MODULES / ".bin" / "html-validate")
    # Into a file: what goes to a pipe is cut off when the program ends.
    options = ["--config", str(config), "--formatter", f"json={answer}"]
    subprocess.run([program, *options, *files], capture_output=True, check=False)
    judged = json.loads(answer.read_text(encoding="utf-8"))
    found = {file["filePath"]: file["messages"] for file in judged}
    for name, one in files.items():
        faults = [f"{m['ruleId']}, line {m['line']}: {m['message']}" for m in found.get(name, [])]
        yield Verdict(judge="html-validate", about=one.about, faults=tuple(dict.fromkeys(faults)))


def _axe(browser: Browser, state: Path, shown: Sequence[Shown], address: str) -> Iterator[Verdict]:
    source = (MODULES / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    # The pages' own policy forbids the judge's script; colours on their way are none to judge.
    context = browser.new_context(storage_state=state, bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()
    for one in shown:
        page.goto(address + one.path)
        if one.is_refused:
            _send_empty(page, address + one.path)
        page.evaluate(source)
        yield Verdict(judge="axe", about=one.about, faults=tuple(dict.fromkeys(_faults(page))))
    context.close()


def _faults(page: Page) -> Iterator[str]:
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            where = f"{scheme}, {width} px"
            yield from (f"{where}: {fault}" for fault in page.evaluate(AXE))
            overflow = page.evaluate(OVERFLOW)
            if overflow > 0:
                yield f"{where}: {overflow} px to scroll sideways"
