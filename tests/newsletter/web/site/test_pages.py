"""Pages of articles, topics, authors, search and feeds."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.robotparser import RobotFileParser

import httpx
import pytest
from lxml import etree, html
from starlette.applications import Starlette
from support import add_article, unsubscribe_path

from newsletter.app import Newsletter
from newsletter.articles import store
from newsletter.articles.corrections import correct
from newsletter.clock import FixedClock
from newsletter.web.site import sitemap
from newsletter.web.state import SiteState

ROOT = Path(__file__).resolve().parents[4]
PAGES = ("/", "/feeds", "/topics/housing", "/search?q=trees", "/nowhere", "/unsubscribe/forged")


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
def test_a_draft_is_not_found(client: httpx.Client, program: Newsletter, title: str | None) -> None:
    response = client.get(f"/articles/{slug(program, title) if title else 'unheard-of'}")
    assert response.status_code == 404
    assert "Not ready yet" not in response.text


def test_an_article_is_not_found_by_its_number(client: httpx.Client) -> None:
    assert client.get("/articles/1").status_code == 404


def test_a_topic_lists_its_articles(client: httpx.Client) -> None:
    assert titles(client.get("/topics/transport")) == ["Bus runs late"]
    assert client.get("/topics/cheese").status_code == 404


@pytest.mark.parametrize("name", ["%00", "%ff", "%0a", "a" * 5000, "%F0%9F%8C%B3"])
def test_arbitrary_slugs_are_not_found(client: httpx.Client, name: str) -> None:
    for path in ("/articles/{}", "/topics/{}", "/topics/{}/feed.atom"):
        assert client.get(path.format(name)).status_code == 404


def test_the_search_finds_words_and_shows_them_safely(client: httpx.Client) -> None:
    assert titles(client.get("/search", params={"q": "planted"})) == ["Trees planted"]
    hostile = client.get("/search", params={"q": '"><script>alert(1)</script>'})
    assert hostile.status_code == 200
    assert "<script>" not in hostile.text


@pytest.mark.parametrize("query", ["", '"', "AND OR NOT", "*", "a" * 5000, "NEAR(", "\u0000", "🌳"])
def test_arbitrary_queries_are_answered(client: httpx.Client, query: str) -> None:
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
        is_labelled = field.get("aria-labelledby") or field.getparent().tag == "label"
        assert is_labelled or page.cssselect(f'label[for="{field.get("id")}"]')


@pytest.mark.parametrize("path", [*PAGES, "/feed.atom", "/static/site.css", "/healthz"])
def test_no_page_runs_a_script_or_lets_itself_be_framed(client: httpx.Client, path: str) -> None:
    response = client.get(path)
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "'unsafe-inline'" not in policy
    assert "frame-ancestors 'none'" in policy
    assert response.headers["x-content-type-options"] == "nosniff"


def test_the_health_check_is_answered(client: httpx.Client) -> None:
    assert client.get("/healthz").text == "ok"


def test_an_author_has_a_page_and_feeds(client: httpx.Client, program: Newsletter) -> None:
    with program.database.write() as session:
        bus = next(a for a in store.listed(session) if a.title == "Bus runs late")
        bus.author = "Nora Tallis"
    response = client.get("/authors/nora-tallis")
    assert titles(response) == ["Bus runs late"]
    assert "https://wexcombe.example/authors/nora-tallis/feed.atom" in response.text
    assert '"/authors/nora-tallis"' in client.get(f"/articles/{bus.slug}").text
    assert client.get("/authors/somebody").status_code == 404


def test_a_correction_stands_on_the_page(
    client: httpx.Client, program: Newsletter, clock: FixedClock
) -> None:
    name = slug(program, "Bus runs late")
    assert "corrections" not in client.get(f"/articles/{name}").text
    with program.database.write() as session:
        correct(session, name, "It ran <early>.", clock.now())
    page = html.fromstring(client.get(f"/articles/{name}").content)
    found = page.cssselect("#corrections")[0].text_content()
    assert "It ran <early>." in found
    assert "Friday 27 November 2026" in found


def test_an_article_has_a_card_for_those_who_share_it(
    client: httpx.Client, program: Newsletter
) -> None:
    with program.database.write() as session:
        bus = next(a for a in store.listed(session) if a.title == "Bus runs late")
        bus.image_url = "https://wexcombe.example/bus.png"
    page = html.fromstring(client.get(f"/articles/{bus.slug}").content)
    card = {m.get("property") or m.get("name"): m.get("content") for m in page.iter("meta")}
    assert card["og:title"] == "Bus runs late"
    assert card["og:type"] == "article"
    assert card["og:image"] == "https://wexcombe.example/bus.png"
    assert card["og:url"] == f"https://wexcombe.example/articles/{bus.slug}"
    assert card["twitter:card"] == "summary_large_image"
    front = html.fromstring(client.get("/").content)
    assert front.cssselect('meta[property="og:title"]')[0].get("content") == "Wexcombe Forward"


def test_the_sitemap_lists_what_the_public_may_read(
    client: httpx.Client, program: Newsletter
) -> None:
    response = client.get("/sitemap.xml")
    assert response.headers["content-type"].startswith("application/xml")
    found = [loc.text for loc in etree.fromstring(response.content).iter("{*}loc")]
    assert found[0] == "https://wexcombe.example/"
    assert f"https://wexcombe.example/articles/{slug(program, 'Bus runs late')}" in found
    assert f"https://wexcombe.example/articles/{slug(program, 'Taken back')}" not in found
    assert f"https://wexcombe.example/articles/{slug(program, 'Not ready yet')}" not in found
    assert "https://wexcombe.example/topics/transport" in found
    assert client.get("/sitemap-1.xml").status_code == 200
    assert client.get("/sitemap-2.xml").status_code == 404


def test_a_site_too_large_for_one_sitemap_has_several(
    program: Newsletter, client: httpx.Client, served: Any
) -> None:
    app = Starlette(routes=sitemap.routes(most=2))
    app.state.site = SiteState(program)
    served.stage.site = app
    index = etree.fromstring(client.get("/sitemap.xml").content)
    parts = [loc.text for loc in index.iter("{*}loc")]
    assert parts == [f"https://wexcombe.example/sitemap-{n}.xml" for n in (1, 2)]
    every = [
        loc.text
        for part in (1, 2)
        for loc in etree.fromstring(client.get(f"/sitemap-{part}.xml").content).iter("{*}loc")
    ]
    assert len([address for address in every if "/articles/" in str(address)]) == 3
    assert len(every) == len(set(every))


def test_robots_txt_disallows_private_paths(client: httpx.Client) -> None:
    text = client.get("/robots.txt").text
    rules = RobotFileParser()
    rules.parse(text.splitlines())
    assert rules.can_fetch("*", "/articles/a")
    assert not rules.can_fetch("*", "/search?q=a")
    assert not rules.can_fetch("*", "/private/token/feed.atom")
    assert "Sitemap: https://wexcombe.example/sitemap.xml" in text


def test_the_nginx_example_logs_no_address_that_opens_something() -> None:
    example = (ROOT / "docs/examples/nginx.conf").read_text()
    [unlogged] = re.findall(r"location ~ (\S+) {\s*access_log off;", example)
    of_staff = [f"/console/{name}/" for name in ("join", "enter", "set-up", "sign-in")]
    of_readers = [path for path in sitemap.DISALLOWED if path.endswith("/")]
    for path in (*of_readers, *of_staff, "/editions/"):
        assert re.match(unlogged, path), path


def test_the_feeds_are_listed_as_opml(client: httpx.Client) -> None:
    response = client.get("/feeds.opml")
    assert response.headers["content-type"].startswith("text/x-opml")
    found = [one.get("xmlUrl") for one in etree.fromstring(response.content).iter("outline")]
    assert found[0] == "https://wexcombe.example/feed.atom"
    same = {"If-None-Match": response.headers["etag"]}
    assert client.get("/feeds.opml", headers=same).status_code == 304


def test_the_feed_form_builds_a_feed_url(client: httpx.Client) -> None:
    query = {"topic": ["transport", "housing"], "content": "excerpt", "entries": "5", "kind": "rss"}
    page = html.fromstring(client.get("/feeds", params=query).content)
    made = page.cssselect(".address")[0].text
    assert made == (
        "https://wexcombe.example/topics/housing+transport/feed.rss?content=excerpt&entries=5"
    )
    validated = {box.get("value") for box in page.cssselect("input[checked]")}
    assert validated == {"transport", "housing", "excerpt", "rss"}


@pytest.mark.parametrize(
    "query", ["topic=cheese", "kind=x", "content=x", "entries=x", "entries=0", "entries=99999"]
)
def test_the_feed_form_ignores_invalid_values(client: httpx.Client, query: str) -> None:
    response = client.get(f"/feeds?{query}")
    assert response.status_code == 200
    assert "https://wexcombe.example/feed.atom" in response.text


@pytest.mark.parametrize("path", ["/", "/feeds", "/search?q=trees"])
def test_an_unchanged_page_is_a_304(client: httpx.Client, program: Newsletter, path: str) -> None:
    first = client.get(path, headers={"Accept-Encoding": "br"})
    assert first.headers["content-encoding"] == "br"
    same = {"If-None-Match": first.headers["etag"], "Accept-Encoding": "br"}
    again = client.get(path, headers=same)
    assert (again.status_code, again.content) == (304, b"")
    assert "accept-encoding" in again.headers["vary"].lower()
    plain = client.get(path, headers={**same, "Accept-Encoding": "identity"})
    assert plain.status_code == 200
    assert plain.text == first.text
    with program.database.write() as session:
        for article in store.listed(session):
            article.topics = []
    assert client.get(path, headers=same).status_code == 200


def test_no_store_pages_are_neither_cached_nor_compressed(
    client: httpx.Client, clock: FixedClock
) -> None:
    response = client.get(unsubscribe_path(1, clock.now()))
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    assert "content-encoding" not in response.headers
    assert "etag" not in response.headers
