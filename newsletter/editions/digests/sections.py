"""Deciding what a digest says, and what of it one subscriber is told: pure.

An edition has a section for every digest that goes out with it, usually one. A subscriber's
topics choose her stories from each and put those first that are about most of her topics.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from newsletter.articles.models import Article
from newsletter.config.options import DigestOptions
from subscribers.topics import Choice

ALL = Choice()


@dataclass(frozen=True, kw_only=True)
class ArticleSelection:
    """The articles of the edition, lead first, and how many wait for a later one."""

    articles: tuple[Article, ...]
    waiting: int


@dataclass(frozen=True, kw_only=True)
class NoEdition:
    """No edition is due, and why."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Amendment:
    """A correction of an article that the digest told before."""

    article: Article
    number: int
    """Within the article."""
    at: datetime
    note: str


@dataclass(frozen=True, kw_only=True)
class Section:
    """What one digest brings to an edition."""

    digest: str
    """Its name in the configuration."""
    title: str
    """Its name as shown."""
    articles: tuple[Article, ...]
    amendments: tuple[Amendment, ...] = ()


def choose_articles(
    options: DigestOptions, newest: Sequence[Article], available: int
) -> ArticleSelection | NoEdition:
    """The newest candidates, as many as the digest holds.

    Args:
        newest: candidates not yet in an edition of this digest, newest first; at least
            `options.maximum_articles` of them where there are so many.
        available: how many candidates there are in all.
    """
    if available < options.minimum_articles:
        reason = (
            f"only {available} new, fewer than minimum_articles ({options.minimum_articles})"
            if available
            else "no new articles"
        )
        return NoEdition(reason=reason)
    articles = tuple(newest[: options.maximum_articles])
    return ArticleSelection(articles=articles, waiting=available - len(articles))


def articles_for(articles: Sequence[Article], topics: Sequence[str]) -> tuple[Article, ...]:
    """Those a subscriber with these topics is sent; no topics means all, in their order.

    First those about most of her topics; among equals the order stays.
    """
    if not topics:
        return tuple(articles)
    wanted = set(topics)
    shared = [(len(wanted & {topic.slug for topic in a.topics}), a) for a in articles]
    hers = [pair for pair in shared if pair[0]]
    return tuple(a for _, a in sorted(hers, key=lambda pair: -pair[0]))


def sections_for(sections: Iterable[Section], choice: Choice = ALL) -> tuple[Section, ...]:
    """The sections as a subscriber with this choice is sent them.

    No article twice: it stands in the first section that has it. No section empty. What is
    corrected stands in the first section, whichever digest told it; it alone makes no mail.
    """
    found: list[Section] = []
    told: set[int] = set()
    amendments: dict[tuple[int, int], Amendment] = {}
    for section in sections:
        if choice.digests and section.digest not in choice.digests:
            continue
        new = [a for a in articles_for(section.articles, choice.topics) if a.id not in told]
        told.update(a.id for a in new)
        amendments |= {(a.article.id, a.number): a for a in _amendments_for(section, choice.topics)}
        if new:
            found.append(replace(section, articles=tuple(new), amendments=()))
    if found:
        found[0] = replace(found[0], amendments=tuple(amendments.values()))
    return tuple(found)


def key_of(sections: Iterable[Section]) -> str:
    """What tells one variant from another: its articles and corrections, section by section."""
    parts: list[str] = []
    for section in sections:
        parts += [str(article.id) for article in section.articles]
        parts += [f"c{amendment.article.id}.{amendment.number}" for amendment in section.amendments]
    return ",".join(parts)


def _amendments_for(section: Section, topics: Sequence[str]) -> Iterator[Amendment]:
    wanted = set(topics)
    for amendment in section.amendments:
        if not wanted or wanted & {topic.slug for topic in amendment.article.topics}:
            yield amendment
