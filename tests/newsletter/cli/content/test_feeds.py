"""`newsletter feeds` and `newsletter articles correct`."""

import json
import signal
import sys
import urllib.request
from pathlib import Path

import pytest
from processes import answers, running, wait_until
from support import Run

sys.path.insert(0, str(Path(__file__).parents[2] / "feeds"))
from hub import open_hub

ANN = "ann@wexcombe.example"
pytestmark = pytest.mark.usefixtures("site")


def configure(site: Path, text: str) -> None:
    path = site / "newsletter.toml"
    path.write_text(path.read_text() + text)


def test_the_feeds_are_listed_with_their_addresses(run: Run) -> None:
    found = json.loads(run("feeds", "list", "--json").out)
    assert found[0] == {
        "name": "Everything",
        "atom": "https://wexcombe.example/feed.atom",
        "archives": 0,
    }
    assert [feed["name"] for feed in found] == ["Everything", "Housing", "Transport"]
    assert "topics/housing/feed.atom" in run("feeds", "list").out


def test_the_feeds_are_written_as_files(site: Path, run: Run) -> None:
    assert "10 files written" in run("feeds", "write", "public").out
    assert (site / "public" / "topics" / "housing" / "feed.json").exists()
    assert (site / "public" / "feeds.opml").exists()


def test_feed_maintenance_seals_archives_and_notifies_hubs(site: Path, run: Run) -> None:
    with open_hub() as hub:
        configure(site, f'[feeds]\narchive_entries = 1\nhubs = ["{hub.address}"]\n')
        assert "no hub has been told" in run("feeds", "hubs").out
        assert "4 archives sealed, 3 notices given" in run("feeds", "keep").out
        assert "0 archives sealed, 0 notices given" in run("feeds", "keep").out
        assert "https://wexcombe.example/feed.rss" in hub.told
        assert "everything" in run("feeds", "hubs").out
        assert json.loads(run("feeds", "hubs", "--json").out)[0]["failures"] == 0


def test_a_private_feed_is_shown_revoked_and_renewed(run: Run) -> None:
    first = run("feeds", "private", ANN).out
    assert first.startswith("https://wexcombe.example/private/")
    assert run("feeds", "private", ANN).out == first
    renewed = run("feeds", "private", ANN, "--renew").out
    assert "ended: 1" in renewed
    assert first not in renewed
    assert run("feeds", "private", ANN, "--revoke").out == "private addresses ended: 1\n"


def test_an_unconfirmed_subscriber_has_no_private_feed(run: Run) -> None:
    refused = run("feeds", "private", "cat@wexcombe.example")
    assert refused.status == 1
    assert "is pending" in refused.err
    assert run("feeds", "private", "nobody@wexcombe.example").status == 1


def test_a_correction_is_published(run: Run) -> None:
    assert "correction published" in run("articles", "correct", "1", "It was forty.").out
    run("feeds", "write", "public")
    feed = json.loads(Path("public/feed.json").read_text())
    assert feed["items"][0]["title"].startswith("Correction: ")
    assert run("articles", "correct", "1", " ").status == 1


def test_several_processes_serve_one_site_and_end_together(site: Path) -> None:
    configure(site, "[web]\nport = 18467\nworkers = 2\n")
    address = "http://127.0.0.1:18467"
    with running(site, "serve", "--no-schedule", ready=f"{address}/healthz") as process:
        tags = set()
        for _ in range(20):
            with urllib.request.urlopen(f"{address}/feed.atom") as response:
                tags.add(response.headers["ETag"])
        assert len(tags) == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) in {0, -signal.SIGTERM}
    wait_until(lambda: not answers(f"{address}/healthz"))
