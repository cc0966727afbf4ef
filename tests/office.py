"""An office at work: `newsletter serve` in an empty folder, an SMTP server, people's browsers."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, expect
from post_office import PostOffice, post_office
from processes import running
from servers import free_port

TELEPHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}
PASSWORD = "four random words here"
# A step that takes longer is a defect, also on a busy machine.
STEP_MS = 30_000
expect.set_options(timeout=STEP_MS)
LINK = re.compile(r"http://\S+/console/set-up/\S+")


@dataclass(frozen=True, kw_only=True)
class Office:
    """The site and its people's browsers."""

    folder: Path
    address: str
    post: PostOffice
    browser: Browser
    has_scripts: bool

    @property
    def set_up_link(self) -> str:
        """What `newsletter serve` printed."""
        found = LINK.search((self.folder / "process.log").read_text())
        assert found, "no link was printed"
        return found[0]

    @contextmanager
    def desk(self, viewport: dict[str, int]) -> Iterator[Page]:
        """A browser of one person."""
        context: BrowserContext = self.browser.new_context(
            viewport=viewport,  # type: ignore[arg-type]
            java_script_enabled=self.has_scripts,
            color_scheme="light",
        )
        context.set_default_timeout(STEP_MS)
        try:
            yield context.new_page()
        finally:
            context.close()

    def open(self, page: Page, path: str) -> None:
        """Go to a page of the console by its address."""
        page.goto(f"{self.address}/console{path}")

    def number(self, page: Page) -> int:
        """The number that stands in the page's address."""
        found = re.search(r"\d+", urlsplit(page.url).path)
        assert found, page.url
        return int(found[0])


@contextmanager
def opened(folder: Path, browser: Browser, *, has_scripts: bool) -> Iterator[Office]:
    """An office on its first day."""
    (folder / "office").mkdir()
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    serve = ("--config", "office/newsletter.toml", "serve", "--port", str(port))
    with post_office() as post, running(folder, *serve, ready=f"{address}/healthz"):
        yield Office(
            folder=folder, address=address, post=post, browser=browser, has_scripts=has_scripts
        )
