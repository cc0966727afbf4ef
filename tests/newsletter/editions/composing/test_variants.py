"""Variants: one for each distinct choice of articles, short enough not to be clipped."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support import add_article, make_app

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.editions.compose import compose_digest
from newsletter.editions.composing.content import content_of
from newsletter.editions.composing.variants import variants_of
from newsletter.editions.models import Edition
from newsletter.editions.store import sections_of
from newsletter.rendering.fit_to_size import MAX_HTML_BYTES
from newsletter.rendering.renderer import RenderedMail
from subscribers.topics import Choice

LONG = "\n[digests.long]\nname = 'Long'\nmaximum_articles = 200\nstories = 200\n"
SHIPPED = "\n[digests.shipped]\nname = 'Shipped'\nmaximum_articles = 200\nstories = 150\n"


@pytest.fixture
def app(tmp_path: Path, sqlite_url: str, clock: FixedClock) -> Iterator[Newsletter]:
    site = make_app(tmp_path, sqlite_url, clock, LONG + SHIPPED)
    yield site
    site.close()


def compiled(app: Newsletter, digest: str, *topics: str) -> RenderedMail:
    now = app.clock.now()
    with app.database.read() as session:
        edition = compose_digest(session, app.config, app.renderer, digest, period=None, now=now)
        assert isinstance(edition, Edition)
        found = variants_of(edition, sections_of(session, edition), {1: Choice(topics=topics)})
        told, base = next(iter(found.values())), app.renderer.unsubscribe_base
        content = content_of(edition, told, unsubscribe_base=base, now=now)
        return app.renderer.render_mail(content)


def test_the_subject_is_of_the_subscribers_lead_article(app: Newsletter) -> None:
    with app.database.write() as session:
        add_article(session, "Homes", app.clock.now(), topics=["housing"])
        add_article(session, "Bridge", app.clock.now(), topics=["transport"])
    assert compiled(app, "friday").subject == "Bridge"
    assert compiled(app, "friday", "housing").subject == "Homes"
    assert b"Subject: Homes\r\n" in compiled(app, "friday", "housing").message


def test_choices_with_the_same_articles_share_a_variant(app: Newsletter) -> None:
    now = app.clock.now()
    with app.database.write() as session:
        add_article(session, "Homes", now, topics=["housing"])
    with app.database.read() as session:
        edition = compose_digest(session, app.config, app.renderer, "friday", period=None, now=now)
        assert isinstance(edition, Edition)
        chosen = ((), ("housing",), ("housing", "events"), ("policing",))
        choices = {n: Choice(topics=topics) for n, topics in enumerate(chosen)}
        assert len(variants_of(edition, sections_of(session, edition), choices)) == 1


def test_a_digest_too_long_for_gmail_is_shortened_and_says_so(
    tmp_path: Path, app: Newsletter
) -> None:
    for name in ("digest/body.html", "digest/body.txt"):
        (tmp_path / "templates" / name).unlink()
    with app.database.write() as session:
        for number in range(200):
            article = add_article(session, f"Story {number} and its title", app.clock.now())
            article.summary = "A sentence of the story, neither short nor long. " * 8
    variant = compiled(app, "shipped")
    assert variant.html_bytes <= MAX_HTML_BYTES
    assert "the excerpts were shortened" in variant.left_out
    assert "Story 0 and its title" in variant.html


def test_a_digest_that_fits_is_unchanged(app: Newsletter) -> None:
    with app.database.write() as session:
        add_article(session, "Homes", app.clock.now())
    assert compiled(app, "friday").left_out == ""
