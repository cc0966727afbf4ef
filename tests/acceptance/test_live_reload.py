"""A running `newsletter serve` reloads changed settings within two seconds, atomically."""

import re
import shutil
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from commands import run_in
from processes import Process, run
from support import add_article, add_subscriber

from newsletter.app import Newsletter
from newsletter.clock import SystemClock
from newsletter.editions.compose import compose_digest

SUBSCRIBERS = 120
# Far less than the edition takes at its first limit, and far more than a busy machine needs.
PATIENCE_SECONDS = 60.0
ARTICLE_AGE = timedelta(minutes=1)
SETTINGS = (
    "site.imprint.promoter=M. Hallam",
    "site.imprint.promoter_address=4 Mill Lane, Little Wexcombe",
    "transports.default.kind=maildir",
    "transports.default.path=mails",
    "digests.friday.subject={{ digest.name }}",
    "limits.default.per_second=1",
    "sending.batch=10",
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a new site, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    run_in(folder, "init", "--address", "news@wexcombe.example")
    run_in(folder, "settings", "unset", "transports.default")
    run_in(folder, "settings", "set", *SETTINGS)
    return folder


@pytest.fixture(scope="module", params=[1, 2], ids=["one process", "two processes"])
def address(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, template: Path
) -> Iterator[tuple[str, Path]]:
    """A served site and its folder."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(template, folder, dirs_exist_ok=True)
    with (folder / "newsletter.toml").open("a") as file:
        file.write(f"workers = {request.param}\n")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with (folder / "log").open("w") as log:
        process = Process(folder, "serve", "--port", str(port), output=log)
        try:
            assert wait_until(lambda: bool(page(url))), (folder / "log").read_text()
            yield url, folder
        finally:
            process.terminate()
            assert process.wait(PATIENCE_SECONDS) == 0
    assert "Traceback" not in (folder / "log").read_text()


def page(url: str) -> str:
    """The page at an address; empty where it does not answer (yet)."""
    try:
        # Plain HTTP: loading the CA certificates would take most of the time.
        answer = httpx.get(url, timeout=PATIENCE_SECONDS, verify=False)
        return answer.raise_for_status().text
    except httpx.HTTPError:
        return ""


def shows(url: str, words: str) -> bool:
    """Whether the page has these words, as far as the processes that answer go."""
    return all(words in page(url) for _ in range(8))


def wait_until(is_so: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE_SECONDS
    while not (found := is_so()) and time.monotonic() < end:
        time.sleep(0.05)
    return found


def test_pages_show_a_changed_setting(address: tuple[str, Path]) -> None:
    url, folder = address
    run_in(folder, "settings", "set", "site.name=Renamed Forward")
    assert wait_until(lambda: shows(url, "Renamed Forward"))


def test_an_invalid_combination_of_settings_is_not_loaded(
    address: tuple[str, Path],
) -> None:
    url, folder = address
    file = folder / "newsletter.toml"
    text = file.read_text()
    run_in(folder, "settings", "set", "site.name=Before")
    assert wait_until(lambda: shows(url, "Before"))
    file.write_text(text.replace("port = 8000", 'port = "none"'))
    refused = run(folder, "settings", "set", "site.name=After")
    file.write_text(text)
    assert refused.returncode == 1
    assert "web.port" in refused.stderr
    assert not any("After" in page(url) for _ in range(8))


def test_an_edition_under_way_adopts_a_new_limit_without_duplicates(
    address: tuple[str, Path],
) -> None:
    _, folder = address
    app, now = Newsletter.from_file(folder / "newsletter.toml"), SystemClock().now()
    with app.database.write() as session:
        add_article(session, "News", now - ARTICLE_AGE)
        for number in range(SUBSCRIBERS):
            add_subscriber(session, f"p{number}@wexcombe.example", now)
        compose_digest(session, app.config, app.renderer, "friday", period=None, now=now)
    app.close()
    mails = folder / "mails" / "new"
    assert wait_until(lambda: mails.exists() and len(list(mails.iterdir())) > 3)
    run_in(folder, "settings", "set", "limits.default.per_second=1000")
    assert wait_until(lambda: len(list(mails.iterdir())) >= SUBSCRIBERS)
    reached = Counter(
        re.search(rb"^To: .*?(p\d+@wexcombe)", mail.read_bytes(), re.MULTILINE)[1]  # type: ignore[index]
        for mail in mails.iterdir()
    )
    assert set(reached.values()) == {1}
