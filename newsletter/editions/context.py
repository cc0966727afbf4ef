"""What templates are given: plain values, nothing of the database behind them.

docs/templates.md names them for those who write templates.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from newsletter.articles.models import Article
from newsletter.articles.sanitising import summary_of
from newsletter.editions.abridging import Plan
from newsletter.editions.dates import long_date
from newsletter.editions.digest import Amendment, Section
from newsletter.editions.models import Edition
from newsletter.rendering.plaintext import first_part, html_to_text

PREHEADER_CHARACTERS = 140


def digest_context(edition: Edition, sections: Sequence[Section], plan: Plan) -> dict[str, Any]:
    """The context of a digest's templates for one choice of articles."""
    told = _told(edition, sections, plan)
    shown = [article for section in told for article in [*section["stories"], *section["tail"]]]
    lead = told[0]["stories"][0]
    count = sum(len(section.articles) for section in sections)
    return {
        **_common(edition),
        "digest": {
            "slug": edition.digest,
            "name": " and ".join(section.title for section in sections),
            "tail_heading": edition.masthead.get("digest", {}).get("tail_heading", ""),
        },
        "sections": told,
        "lead": lead,
        "articles": shown,
        "tail": [article for section in told for article in section["tail"]],
        "more": count - len(shown),
        "corrections": [
            _amendment(amendment, edition.masthead)
            for section in sections
            for amendment in section.amendments
        ],
        "topics": _topics(shown),
        "preheader": summary_of(lead["summary"], PREHEADER_CHARACTERS),
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
        "preheader": summary_of(text, PREHEADER_CHARACTERS),
    }


def _page_url(base_url: str, edition: Edition) -> str:
    key = "" if edition.is_public else f"?key={edition.view_key or ''}"
    return f"{base_url}/editions/{edition.id}{key}"


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
        "view_online_url": _page_url(site["base_url"], edition),
        "archive_url": f"{site['base_url']}/editions" if site.get("archive") else "",
    }


def _told(edition: Edition, sections: Sequence[Section], plan: Plan) -> list[dict[str, Any]]:
    """The sections with their stories and the tail of titles, as much as the plan has room for."""
    each = max(1, plan.stories // len(sections))
    left, told = plan.shown, []
    for section in sections:
        shown = section.articles[:left]
        if not shown:
            break
        left -= len(shown)
        articles = [_article(article, edition.masthead, plan) for article in shown]
        told.append(
            {
                "slug": section.digest,
                "name": section.title,
                "stories": articles[:each],
                "tail": articles[each:],
            }
        )
    return told


def _article(article: Article, masthead: Mapping[str, Any], plan: Plan) -> dict[str, Any]:
    base_url = masthead["site"]["base_url"]
    limit = plan.excerpt_characters
    body, is_whole = article.body_html, True
    if plan.body_characters and len(body) > plan.body_characters:
        body, is_whole = first_part(body, plan.body_characters), False
    return {
        "title": article.title,
        "url": _address(article, masthead),
        "summary": summary_of(article.summary, limit) if limit else article.summary,
        "author": article.author,
        "image_url": article.image_url,
        "published": long_date(article.published_at, masthead["timezone"]),
        "topics": [
            {"slug": t.slug, "name": t.name, "url": f"{base_url}/topics/{t.slug}"}
            for t in article.topics
        ],
        "body_html": body,
        "is_whole": is_whole,
    }


def _amendment(amendment: Amendment, masthead: Mapping[str, Any]) -> dict[str, str]:
    return {
        "title": amendment.article.title,
        "url": _address(amendment.article, masthead),
        "date": long_date(amendment.at, masthead["timezone"]),
        "note": amendment.note,
    }


def _address(article: Article, masthead: Mapping[str, Any]) -> str:
    return article.canonical_url or f"{masthead['site']['base_url']}/articles/{article.slug}"


def _topics(articles: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """The topics of these articles, each once, in the order they first occur."""
    by_slug = {topic["slug"]: topic for article in articles for topic in article["topics"]}
    return list(by_slug.values())
