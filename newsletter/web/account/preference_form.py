"""Fields of the sign-up and preference forms: choices offered, values submitted, validation."""

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

MAX_TOPICS = 50
MAX_FIELDS = 100
ListOf = Callable[[str], Sequence[Any]]


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """Preferences as submitted, not validated."""

    name: str = ""
    topics: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    frequency: str = Frequency.REGULAR.value
    language: str = ""


def form_choices(
    config: Config, session: Session, current: Frequency | None = None
) -> dict[str, Any]:
    """The choices that templates show.

    Args:
        current: the subscriber's own, which is offered even if no longer available to others.
    """
    digests = {name: digest.name for name, digest in config.digests.items()}
    return {
        "topics": articles.topics(session),
        # A single digest is covered by the frequencies.
        "digests": digests if len(digests) > 1 else {},
        "frequencies": frequencies(config, current),
        "languages": config.site.languages,
    }


def frequencies(config: Config, current: Frequency | None) -> Mapping[Frequency, str]:
    """The frequencies that can be chosen, with their labels."""
    hidden = frozenset[Frequency]() if config.each_article.is_on else WITH_ARTICLES
    return {kind: words for kind, words in FREQUENCIES.items() if kind not in hidden - {current}}


def submitted_in(values: ListOf) -> Submitted:
    """The values of a form; `values` returns those of one field."""
    return Submitted(
        name=_first(values("name")),
        topics=_texts(values("topic")),
        digests=_texts(values("digest")),
        frequency=_first(values("frequency")) or Frequency.REGULAR.value,
        language=_first(values("language")),
    )


def validated(chosen: Submitted, config: Config, current: Frequency | None = None) -> Preferences:
    """Validated preferences.

    Args:
        current: the subscriber's own frequency, always accepted.

    Raises:
        InvalidInput: a value that the form does not offer.
    """
    topics = tuple(dict.fromkeys(chosen.topics))
    if len(topics) > MAX_TOPICS or not all(_is_slug(slug) for slug in topics):
        raise InvalidInput("please choose among the topics shown")
    if not set(chosen.digests) <= set(config.digests):
        raise InvalidInput("please choose among the digests shown")
    if chosen.frequency not in frequencies(config, current):
        raise InvalidInput("please choose among the kinds of mail shown")
    if chosen.language and chosen.language not in config.site.languages:
        raise InvalidInput("please choose among the languages shown")
    # Every digest ticked means future ones too.
    digests = () if set(chosen.digests) == set(config.digests) else tuple(chosen.digests)
    return Preferences(
        name=chosen.name,
        choice=Choice(topics=topics, digests=digests),
        frequency=Frequency(chosen.frequency),
        language=chosen.language,
    )


def submitted_of(wishes: Preferences) -> Submitted:
    """Stored preferences as form values."""
    return Submitted(
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
