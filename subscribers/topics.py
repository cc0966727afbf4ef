"""Choices of topics and digests in a canonical form, so that equal choices share a row."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A choice of topics and digests; empty means all."""

    topics: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    """Names in the configuration."""


def choice_key(topics: Iterable[str], digests: Iterable[str] = ()) -> str:
    """The canonical key of topic slugs and digest names; empty means all."""
    chosen = _joined(digests)
    return _joined(topics) + (f"|{chosen}" if chosen else "")


def choice_of(key: str) -> Choice:
    """The choice of a key."""
    topics, _, digests = key.partition("|")
    return Choice(topics=_parted(topics), digests=_parted(digests))


def topics_of(key: str) -> tuple[str, ...]:
    """The topics of a key; empty means all."""
    return choice_of(key).topics


def _joined(names: Iterable[str]) -> str:
    distinct = sorted(set(names))
    return f",{','.join(distinct)}," if distinct else ""


def _parted(text: str) -> tuple[str, ...]:
    return tuple(name for name in text.split(",") if name)
