"""The articles of a digest, and the part of them for one subscriber. Pure.

An edition has a section for every digest in it, usually one. A subscriber's topics filter the
articles of each section; articles with most of their topics come first.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from newsletter.articles.models import Article
from newsletter.config.options import DigestOptions
from subscribers.topics import Choice

ALL = Choice()


@dataclass(frozen=True, kw_only=True)
class ArticleSelection:
    """The articles of an edition, lead first, and the number left for later editions."""

    articles: tuple[Article, ...]
    waiting: int


@dataclass(frozen=True, kw_only=True)
class NoEdition:
    """The reason why no edition is made."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Amendment:
    """A correction of an article in an earlier edition of the digest."""

    article: Article
    number: int
    """Its number within the article."""
    at: datetime
    note: str


@dataclass(frozen=True, kw_only=True)
class Section:
    """The part of one digest in an edition."""

    digest: str
    """Its name in the configuration."""
    title: str
    """Its display name."""
    articles: tuple[Article, ...]
    amendments: tuple[Amendment, ...] = ()
    titles: Mapping[int, str] = field(default_factory=dict)
    """Titles in this mail, by the article's number, where they are not the articles' own."""
    introduction: str = ""
    """Plain text above the stories."""


def choose_articles(
    options: DigestOptions, newest: Sequence[Article], available: int
) -> ArticleSelection | NoEdition:
    """The first candidates, up to the digest's maximum.

    Args:
        newest: candidates not yet in an edition of this digest, in order; at least
            `options.maximum_articles` of them where there are so many.
        available: the number of all candidates.
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
    """The articles for a subscriber with these topics; no topics means all.

    Sorted by the number of matching topics; the sort is stable.
    """
    if not topics:
        return tuple(articles)
    chosen = set(topics)
    shared = [(len(chosen & {topic.slug for topic in a.topics}), a) for a in articles]
    matching = [pair for pair in shared if pair[0]]
    return tuple(a for _, a in sorted(matching, key=lambda pair: -pair[0]))


def sections_for(sections: Iterable[Section], choice: Choice = ALL) -> tuple[Section, ...]:
    """The sections for a subscriber with this choice, without duplicates and empty sections.

    An article is in the first section that has it. Corrections are in the first section, whichever
    digest had the article; corrections alone make no mail.
    """
    chosen: list[Section] = []
    included: set[int] = set()
    amendments: dict[tuple[int, int], Amendment] = {}
    for section in sections:
        if choice.digests and section.digest not in choice.digests:
            continue
        new = [a for a in articles_for(section.articles, choice.topics) if a.id not in included]
        included.update(a.id for a in new)
        amendments |= {(a.article.id, a.number): a for a in _amendments_for(section, choice.topics)}
        if new:
            chosen.append(replace(section, articles=tuple(new), amendments=()))
    if chosen:
        chosen[0] = replace(chosen[0], amendments=tuple(amendments.values()))
    return tuple(chosen)


def key_of(sections: Iterable[Section]) -> str:
    """The key of a variant: its introductions, articles and corrections by section."""
    parts: list[str] = []
    for section in sections:
        parts += [f"i{section.digest}"] if section.introduction else []
        parts += [str(article.id) for article in section.articles]
        parts += [f"c{amendment.article.id}.{amendment.number}" for amendment in section.amendments]
    return ",".join(parts)


def _amendments_for(section: Section, topics: Sequence[str]) -> Iterator[Amendment]:
    chosen = set(topics)
    for amendment in section.amendments:
        if not chosen or chosen & {topic.slug for topic in amendment.article.topics}:
            yield amendment
