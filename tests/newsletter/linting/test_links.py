"""Link checks: only a definite answer is an error."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from pages import PageServer, pages

from newsletter.errors import FetchError
from newsletter.http_client.fetching import status_of
from newsletter.linting.findings import CheckedMail, QuotedArticle, Severity
from newsletter.linting.links import addresses_in, check_links

OWN = "https://wexcombe.example"
ADDRESS = "https://b.example/"


def mail(*articles: QuotedArticle) -> CheckedMail:
    return CheckedMail(
        subject="News",
        html=f'<a href="{ADDRESS}">B</a>',
        text="News",
        imprint=(),
        unsubscribe_base=OWN,
        articles=articles,
    )


def test_only_external_links_are_checked_once() -> None:
    html = (
        f'<a href="{OWN}/articles/x">A</a><a href="https://b.example/#one">B</a>'
        '<a href="https://b.example/#two">B</a><img src="http://c.example/c.png">'
        '<a href="mailto:a@b.example">write</a>'
    )
    assert addresses_in(html, OWN) == ["https://b.example/", "http://c.example/c.png"]


@pytest.mark.parametrize("status", [404, 410])
def test_a_broken_link_is_an_error(status: int) -> None:
    (found,) = check_links([mail()], OWN, lambda _: status)
    assert found.severity is Severity.ERROR
    assert str(status) in found.message


def test_a_broken_link_of_an_article_is_a_warning() -> None:
    article = QuotedArticle("Quay opens", f'<a href="{ADDRESS}#more">B</a>')
    (found,) = check_links([mail(article)], OWN, lambda _: 404)
    assert found.severity is Severity.WARNING
    assert "Quay opens" in found.message


@pytest.mark.parametrize("status", [200, 401, 403, 405, 429, 500, 503])
def test_other_status_codes_have_no_findings(status: int) -> None:
    assert check_links([mail()], OWN, lambda _: status) == []


def test_an_unresponsive_server_is_a_warning() -> None:
    def ask(address: str) -> int:
        raise FetchError(f"{address}: no answer")

    (found,) = check_links([mail()], OWN, ask)
    assert found.severity is Severity.WARNING


def test_slow_servers_are_subject_to_the_total_timeout() -> None:
    release = threading.Event()

    def ask(_: str) -> int:
        release.wait(10)
        return 200

    (found,) = check_links([mail()], OWN, ask, timedelta(milliseconds=20))
    release.set()
    assert "did not answer in time" in found.message


@pytest.fixture(scope="module")
def server() -> Iterator[PageServer]:
    with pages({"/": 200, "/gone": 410, "/moved": "/gone"}) as found:
        yield found


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/gone", 410), ("/moved", 410)])
def test_the_status_of_a_real_server_is_read(server: PageServer, path: str, status: int) -> None:
    assert status_of(f"{server.base}{path}", allow_private=True) == status


def test_private_addresses_are_not_requested(server: PageServer) -> None:
    with pytest.raises(FetchError):
        status_of(f"{server.base}/")


def test_without_external_links_nobody_is_asked() -> None:
    assert check_links([replace(mail(), html="<p>News.</p>")], OWN, status_of) == []
