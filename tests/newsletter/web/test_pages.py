"""The pages that readers come for."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from lxml import html
from support import add_article

from newsletter.app import Newsletter
from newsletter.articles import store

PAGES = ("/", "/topics/housing", "/search?q=trees", "/nowhere", "/unsubscribe/forged")


def slug(program: Newsletter, title: str) -> str:
    with program.database.read() as session:
        return next(a.slug for a in store.listed(session) if a.title == title)


def titles(response: httpx.Response) -> list[str]:
    return [t.text_content() for t in html.fromstring(response.content).cssselect(".story h2")]


def test_the_front_page_shows_what_is_published_newest_first(client: httpx.Client) -> None:
    assert titles(client.get("/")) == ['Homes <agreed> & "sold"', "Bus runs late", "Trees planted"]


def test_an_empty_site_says_so(client: httpx.Client, program: Newsletter) -> None:
    with program.database.write() as session:
        for article in store.listed(session):
            session.delete(article)
    response = client.get("/")
    assert response.status_code == 200
    assert "There are no articles yet" in response.text


def test_an_article_has_a_page_with_its_body(client: httpx.Client, program: Newsletter) -> None:
    response = client.get(f"/articles/{slug(program, 'Bus runs late')}")
    page = html.fromstring(response.content)
    assert page.findtext(".//h1") == "Bus runs late"
    assert page.cssselect(".body p")
    assert "Monday 2 November 2026" in response.text


def test_a_title_is_shown_as_text_not_as_markup(client: httpx.Client, program: Newsletter) -> None:
    hostile = slug(program, 'Homes <agreed> & "sold"')
    response = client.get(f"/articles/{hostile}")
    assert "<agreed>" not in response.text
    assert html.fromstring(response.content).findtext(".//h1") == 'Homes <agreed> & "sold"'


def test_a_withdrawn_article_is_gone(client: httpx.Client, program: Newsletter) -> None:
    response = client.get(f"/articles/{slug(program, 'Taken back')}")
    assert response.status_code == 410
    assert "has been withdrawn" in response.text


@pytest.mark.parametrize("title", ["Not ready yet", None])
def test_a_draft_looks_like_an_article_that_never_was(
    client: httpx.Client, program: Newsletter, title: str | None
) -> None:
    response = client.get(f"/articles/{slug(program, title) if title else 'unheard-of'}")
    assert response.status_code == 404
    assert "Not ready yet" not in response.text


def test_an_article_is_not_found_by_its_number(client: httpx.Client) -> None:
    assert client.get("/articles/1").status_code == 404


def test_a_topic_lists_its_articles(client: httpx.Client) -> None:
    assert titles(client.get("/topics/transport")) == ["Bus runs late"]
    assert client.get("/topics/cheese").status_code == 404


@pytest.mark.parametrize("name", ["%00", "%ff", "%0a", "a" * 5000, "%F0%9F%8C%B3"])
def test_no_strange_name_is_more_than_not_found(client: httpx.Client, name: str) -> None:
    for path in ("/articles/{}", "/topics/{}", "/topics/{}/feed.atom"):
        assert client.get(path.format(name)).status_code == 404


def test_the_search_finds_words_and_shows_them_safely(client: httpx.Client) -> None:
    assert titles(client.get("/search", params={"q": "planted"})) == ["Trees planted"]
    hostile = client.get("/search", params={"q": '"><script>alert(1)</script>'})
    assert hostile.status_code == 200
    assert "<script>" not in hostile.text


@pytest.mark.parametrize("query", ["", '"', "AND OR NOT", "*", "a" * 5000, "NEAR(", "\u0000", "🌳"])
def test_no_query_is_an_error(client: httpx.Client, query: str) -> None:
    assert client.get("/search", params={"q": query}).status_code == 200


def test_older_articles_are_a_page_further(client: httpx.Client, program: Newsletter) -> None:
    oldest = datetime(2026, 1, 1, tzinfo=UTC)
    with program.database.write() as session:
        for number in range(12):
            add_article(session, f"Older {number}", oldest + timedelta(days=number))
    first, second = client.get("/"), client.get("/?page=2")
    assert len(titles(first)) == 12
    assert titles(second) == ["Older 2", "Older 1", "Older 0"]
    assert 'rel="next"' in first.text
    assert 'rel="prev"' in second.text
    assert 'rel="next"' not in second.text
    assert client.get("/?page=3").status_code == 404


@pytest.mark.parametrize("page", ["0", "-1", "x", "٣", "9" * 40])
def test_an_unreadable_page_number_is_the_first_page(client: httpx.Client, page: str) -> None:
    assert client.get("/", params={"page": page}).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_every_page_names_the_promoter_and_leads_to_the_feeds(
    client: httpx.Client, path: str
) -> None:
    page = html.fromstring(client.get(path).content)
    assert "Promoted by M. Hallam, 4 Mill Lane" in page.cssselect("footer")[0].text_content()
    types = {link.get("type") for link in page.cssselect('link[rel="alternate"]')}
    assert types == {"application/atom+xml", "application/rss+xml", "application/feed+json"}


def test_a_topics_page_leads_to_its_own_feeds_too(client: httpx.Client) -> None:
    assert "https://wexcombe.example/topics/housing/feed.atom" in client.get("/topics/housing").text


@pytest.mark.parametrize("path", PAGES)
def test_every_page_can_be_walked_by_its_landmarks(client: httpx.Client, path: str) -> None:
    page = html.fromstring(client.get(path).content)
    assert page.get("lang") == "en-GB"
    assert len(page.cssselect("h1")) == 1
    assert len(page.cssselect("main#content")) == 1
    assert page.cssselect('a.skip[href="#content"]')
    assert page.cssselect("header")
    assert page.cssselect("footer")
    for image in page.cssselect("img"):
        assert image.get("alt") is not None
    for field in page.cssselect('input:not([type="hidden"])'):
        assert page.cssselect(f'label[for="{field.get("id")}"]')


@pytest.mark.parametrize("path", [*PAGES, "/feed.atom", "/static/site.css", "/healthz"])
def test_no_page_runs_a_script_or_lets_itself_be_framed(client: httpx.Client, path: str) -> None:
    response = client.get(path)
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "'unsafe-inline'" not in policy
    assert "frame-ancestors 'none'" in policy
    assert response.headers["x-content-type-options"] == "nosniff"


def test_the_machines_question_is_answered(client: httpx.Client) -> None:
    assert client.get("/healthz").text == "ok"
