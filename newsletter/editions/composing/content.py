"""A mail's content made of an edition: articles and masthead as plain values.

docs/templates.md documents them for template authors.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from newsletter.articles.body.urls import resolved
from newsletter.articles.models import Article
from newsletter.editions.dates import long_date
from newsletter.editions.digests.sections import Amendment, Section, key_of
from newsletter.editions.models import Edition, EditionKind
from newsletter.rendering.content import MailContent, Story, StorySection, TopicLink
from newsletter.rendering.encoding.message import MessageHeaders

# Stories with an excerpt, where an edition states no number (bulletins, single articles).
STORIES = 8
# List-Id names of editions without a digest (RFC 2919).
STREAMS = {EditionKind.BULLETIN: "bulletins", EditionKind.ARTICLE: "articles"}
TEST_PREFIX = "[Test] "


def content_of(
    edition: Edition,
    sections: Sequence[Section],
    *,
    unsubscribe_base: str,
    now: datetime,
    is_test: bool = False,
) -> MailContent:
    """The content of the mail for everybody with these sections.

    Args:
        sections: from `sections_for`; empty for a bulletin.
    """
    digest = edition.masthead.get("digest", {})
    return MailContent(
        template=edition.template,
        headers=_headers(edition, unsubscribe_base, now),
        site=edition.masthead["site"],
        subject=edition.subject or edition.title,
        subject_template=digest.get("subject", ""),
        subject_option=f"digests.{edition.digest}.subject",
        subject_prefix=TEST_PREFIX if is_test else "",
        values=_values(edition, sections),
        body_html=resolved(edition.body_html, edition.masthead["site"]["base_url"]),
        sections=tuple(_section(section, edition.masthead) for section in sections),
        excerpts=digest.get("stories", STORIES),
        key=key_of(sections),
    )


def notice_content(
    kind: str, values: Mapping[str, Any], masthead: Mapping[str, Any], now: datetime
) -> MailContent:
    """The content of a mail outside any edition: to one subscriber, or to administrators.

    It has no list headers: there is no list to leave.
    """
    sender = masthead["sender"]
    headers = MessageHeaders(
        from_name=sender["name"],
        from_address=sender["address"],
        reply_to=sender["reply_to"],
        date=now,
        message_id_domain=sender["address"].partition("@")[2],
    )
    return MailContent(template=kind, headers=headers, site=masthead["site"], values=values)


def _page_url(base_url: str, edition: Edition) -> str:
    key = "" if edition.is_public else f"?key={edition.view_key or ''}"
    return f"{base_url}/editions/{edition.id}{key}"


def _values(edition: Edition, sections: Sequence[Section]) -> dict[str, Any]:
    site, zone = edition.masthead["site"], edition.masthead["timezone"]
    values = {
        "edition": {
            "id": edition.id,
            "number": edition.id,
            "date": long_date(edition.send_at, zone),
        },
        "view_online_url": _page_url(site["base_url"], edition),
        "archive_url": f"{site['base_url']}/editions" if site.get("archive") else "",
    }
    if edition.kind is EditionKind.BULLETIN:
        return {**values, "digest": None, "articles": []}
    return {
        **values,
        "digest": {
            "slug": edition.digest,
            "name": " and ".join(section.title for section in sections),
            "tail_heading": edition.masthead.get("digest", {}).get("tail_heading", ""),
        },
        "introduction": [
            paragraph for section in sections for paragraph in _paragraphs(section.introduction)
        ],
        "corrections": list(_corrections(sections, edition.masthead)),
    }


def _section(section: Section, masthead: Mapping[str, Any]) -> StorySection:
    stories = tuple(
        _story(article, masthead, section.titles.get(article.id, ""))
        for article in section.articles
    )
    return StorySection(slug=section.digest, name=section.title, stories=stories)


def _story(article: Article, masthead: Mapping[str, Any], title: str = "") -> Story:
    base_url = masthead["site"]["base_url"]
    return Story(
        title=title or article.title,
        url=_address(article, masthead),
        summary=article.summary,
        author=article.author,
        image_url=article.image_url,
        published=long_date(article.published_at, masthead["timezone"]),
        topics=tuple(
            TopicLink(slug=t.slug, name=t.name, url=f"{base_url}/topics/{t.slug}")
            for t in article.topics
        ),
        body_html=resolved(article.body_html, base_url, page=_page(article, base_url)),
    )


def _paragraphs(text: str) -> list[str]:
    """Plain text by its blank lines."""
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]


def _corrections(
    sections: Iterable[Section], masthead: Mapping[str, Any]
) -> Iterable[dict[str, str]]:
    for section in sections:
        for amendment in section.amendments:
            yield _correction(amendment, masthead)


def _correction(amendment: Amendment, masthead: Mapping[str, Any]) -> dict[str, str]:
    return {
        "title": amendment.article.title,
        "url": _address(amendment.article, masthead),
        "date": long_date(amendment.at, masthead["timezone"]),
        "note": amendment.note,
    }


def _address(article: Article, masthead: Mapping[str, Any]) -> str:
    """The article's canonical URL, else its page on the site."""
    base_url: str = masthead["site"]["base_url"]
    return article.canonical_url or _page(article, base_url)


def _page(article: Article, base_url: str) -> str:
    return f"{base_url}/articles/{article.slug}"


def _headers(edition: Edition, unsubscribe_base: str, now: datetime) -> MessageHeaders:
    site, sender = edition.masthead["site"], edition.masthead["sender"]
    stream = STREAMS.get(edition.kind) or edition.digest
    return MessageHeaders(
        from_name=sender["name"],
        from_address=sender["address"],
        reply_to=sender["reply_to"],
        date=now,
        unsubscribe_base=unsubscribe_base,
        unsubscribe_mailbox=sender.get("leave_by_mail", ""),
        list_id=f"{stream}.{urlsplit(site['base_url']).hostname}",
        list_name=edition.title,
        # Feedback-ID (Gmail Feedback Loop): campaign, customer, mail type, sender.
        feedback_id=f"{edition.id}:{stream}:{edition.kind}:newsletter",
        archive_url=f"{site['base_url']}/editions" if site.get("archive") else site["base_url"],
        owner=site["contact"],
        message_id_domain=sender["address"].partition("@")[2],
    )
