"""What templates are given: plain values, nothing of the database behind them."""

from collections.abc import Mapping, Sequence
from typing import Any

from newsletter.articles.models import Article
from newsletter.editions.dates import long_date
from newsletter.editions.models import Edition
from newsletter.rendering.plaintext import html_to_text


def digest_context(edition: Edition, articles: Sequence[Article]) -> dict[str, Any]:
    """The context of a digest's templates for one choice of articles."""
    shown = [_article(article, edition.masthead) for article in articles]
    return {
        **_common(edition),
        "digest": {"slug": edition.digest, "name": edition.title},
        "lead": shown[0],
        "articles": shown,
        "preheader": shown[0]["summary"],
    }


def bulletin_context(edition: Edition) -> dict[str, Any]:
    """The context of a bulletin's templates."""
    text = html_to_text(edition.body_html)
    return {
        **_common(edition),
        "digest": None,
        "articles": [],
        "body_html": edition.body_html,
        "body_text": text,
        "preheader": " ".join(text.split())[:140],
    }


def _common(edition: Edition) -> dict[str, Any]:
    site = edition.masthead["site"]
    zone = edition.masthead["timezone"]
    return {
        "site": site,
        "edition": {
            "id": edition.id,
            "number": edition.id,
            "subject": edition.subject,
            "date": long_date(edition.send_at, zone),
        },
        "view_online_url": f"{site['base_url']}/editions/{edition.id}",
    }


def _article(article: Article, masthead: Mapping[str, Any]) -> dict[str, Any]:
    base_url = masthead["site"]["base_url"]
    return {
        "title": article.title,
        "url": article.canonical_url or f"{base_url}/articles/{article.slug}",
        "summary": article.summary,
        "author": article.author,
        "image_url": article.image_url,
        "published": long_date(article.published_at, masthead["timezone"]),
        "topics": [
            {"slug": t.slug, "name": t.name, "url": f"{base_url}/topics/{t.slug}"}
            for t in article.topics
        ],
        "body_html": article.body_html,
    }
