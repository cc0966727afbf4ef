"""A choice of topics as one canonical text, so that equal choices share a row."""

from collections.abc import Iterable


def choice_key(topics: Iterable[str]) -> str:
    """The canonical key of a set of topic slugs; empty means every topic."""
    slugs = sorted(set(topics))
    return f",{','.join(slugs)}," if slugs else ""


def topics_of(key: str) -> tuple[str, ...]:
    """The slugs of a key; none means every topic."""
    return tuple(slug for slug in key.split(",") if slug)
