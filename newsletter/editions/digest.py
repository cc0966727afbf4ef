"""Deciding what a digest says: pure, from candidates and options to a choice or a reason."""

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.articles.models import Article
from newsletter.config.options import DigestOptions


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The articles of the edition, lead first, and how many wait for a later one."""

    articles: tuple[Article, ...]
    waiting: int


@dataclass(frozen=True, kw_only=True)
class NothingToSay:
    """No edition is due, and why."""

    reason: str


def choose_articles(
    options: DigestOptions, newest: Sequence[Article], available: int
) -> Chosen | NothingToSay:
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
        return NothingToSay(reason=reason)
    articles = tuple(newest[: options.maximum_articles])
    return Chosen(articles=articles, waiting=available - len(articles))


def articles_for(articles: Sequence[Article], topics: Sequence[str]) -> tuple[Article, ...]:
    """Those a subscriber with these topics is sent, in order; no topics means all."""
    if not topics:
        return tuple(articles)
    wanted = set(topics)
    return tuple(a for a in articles if wanted & {topic.slug for topic in a.topics})
