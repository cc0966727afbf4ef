"""What forms offer to choose among, and what somebody chose: the same for joining and changing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from newsletter.articles import store as articles
from newsletter.config.options import Config
from newsletter.errors import InvalidInput
from newsletter.subscriptions.frequency_labels import FREQUENCIES, WITH_ARTICLES
from subscribers.membership import Preferences
from subscribers.models import Frequency
from subscribers.topics import Choice

MOST_TOPICS = 50
MOST_FIELDS = 100
ListOf = Callable[[str], Sequence[Any]]


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What was entered, as it was entered: to be checked, or shown again."""

    name: str = ""
    topics: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    frequency: str = Frequency.REGULAR.value
    language: str = ""


def offers(config: Config, session: Session, current: Frequency | None = None) -> dict[str, Any]:
    """What templates show to choose among.

    Args:
        current: what she has chosen already, which stays to be chosen.
    """
    digests = {name: digest.name for name, digest in config.digests.items()}
    return {
        "topics": articles.topics(session),
        # One digest is no choice: the kinds of mail have it already.
        "digests": digests if len(digests) > 1 else {},
        "frequencies": frequencies(config, current),
        "languages": config.site.languages,
    }


def frequencies(config: Config, current: Frequency | None) -> Mapping[Frequency, str]:
    """The kinds of mail that can be chosen, in words."""
    hidden = frozenset[Frequency]() if config.each_article.is_on else WITH_ARTICLES
    return {kind: words for kind, words in FREQUENCIES.items() if kind not in hidden - {current}}


def chosen_in(values: ListOf) -> Chosen:
    """What the fields of a form hold; `values` gives all the values of one field."""
    return Chosen(
        name=_first(values("name")),
        topics=_texts(values("topic")),
        digests=_texts(values("digest")),
        frequency=_first(values("frequency")) or Frequency.REGULAR.value,
        language=_first(values("language")),
    )


def checked(chosen: Chosen, config: Config, current: Frequency | None = None) -> Preferences:
    """What somebody wants.

    Args:
        current: what she has chosen already.

    Raises:
        InvalidInput: something that no form of ours offers.
    """
    topics = tuple(dict.fromkeys(chosen.topics))
    if len(topics) > MOST_TOPICS or not all(_is_slug(slug) for slug in topics):
        raise InvalidInput("please choose among the topics shown")
    if not set(chosen.digests) <= set(config.digests):
        raise InvalidInput("please choose among the digests shown")
    if chosen.frequency not in frequencies(config, current):
        raise InvalidInput("please choose among the kinds of mail shown")
    if chosen.language and chosen.language not in config.site.languages:
        raise InvalidInput("please choose among the languages shown")
    # Whoever ticks every digest wants those to come as well.
    digests = () if set(chosen.digests) == set(config.digests) else tuple(chosen.digests)
    return Preferences(
        name=chosen.name,
        choice=Choice(topics=topics, digests=digests),
        frequency=Frequency(chosen.frequency),
        language=chosen.language,
    )


def chosen_by(wishes: Preferences) -> Chosen:
    """Wishes as a form shows them."""
    return Chosen(
        name=wishes.name,
        topics=wishes.choice.topics,
        digests=wishes.choice.digests,
        frequency=wishes.frequency.value,
        language=wishes.language,
    )


def _first(values: Sequence[Any]) -> str:
    return str(values[0]) if values else ""


def _texts(values: Sequence[Any]) -> tuple[str, ...]:
    return tuple(str(value) for value in values)


def _is_slug(text: str) -> bool:
    return 0 < len(text) <= 60 and text.replace("-", "").isalnum() and text == text.lower()
