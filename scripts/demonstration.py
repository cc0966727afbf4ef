"""`newsletter demo` as a process, and a browser signed in to its console."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser
from servers import wait_for_port

START_SECONDS = 180
END_SECONDS = 30
LINK = re.compile(r"http://\S+/console/enter/\S+")


@contextmanager
def demo(folder: Path, address: str, *options: str) -> Iterator[str]:
    """The demonstration, running; the link that signs in."""
    port = address.rpartition(":")[2]
    command = [sys.executable, "-m", "newsletter", "--config", "newsletter.toml", "demo"]
    output = folder / "output"
    with output.open("w") as file:
        process = subprocess.Popen(
            [*command, "--port", port, *options], cwd=folder, stdout=file, stderr=file
        )
    try:
        yield _waited_for_link(output, process)
    finally:
        process.terminate()
        process.wait(END_SECONDS)


def signed_in(browser: Browser, link: str, folder: Path) -> Path:
    """A file with the browser's cookies after following the link."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(link)
    page.wait_for_url("**/console")
    state = folder / "state.json"
    context.storage_state(path=state)
    context.close()
    return state


def _waited_for_link(output: Path, process: subprocess.Popen[bytes]) -> str:
    """The link, once the demonstration serves.

    Raises:
        SystemExit: it ended, or printed none in time.
    """
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        text = output.read_text()
        if "Serving" in text and (found := LINK.search(text)):
            wait_for_port(urlsplit(found[0]).port or 80)
            return found[0]
        time.sleep(0.2)
    raise SystemExit(f"the demonstration does not serve:\n{output.read_text()}")
