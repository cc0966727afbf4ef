"""Visibility of an article, by the vocabulary of the system that it comes from.

Covers WordPress, Ghost, Jekyll, Hugo, Eleventy, Drupal, Substack and Medium, and by shared terms
Nikola, Pelican, Zola and Movable Type. An unknown word is noted and makes a draft. Of several words
the most restrictive wins.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from newsletter.articles.models import ArticleStatus

FALSE = frozenset({"", "false", "no", "off", "0", "n", "f"})
TRUE = frozenset({"true", "yes", "on", "1", "y", "t"})

_PUBLISHED, _DRAFT = ArticleStatus.PUBLISHED, ArticleStatus.DRAFT
_SCHEDULED, _WITHDRAWN = ArticleStatus.SCHEDULED, ArticleStatus.WITHDRAWN


def _words(words: str, status: ArticleStatus) -> dict[str, ArticleStatus]:
    return dict.fromkeys(words.split(), status)


# Publication states.
STATES: Mapping[str, ArticleStatus] = {
    # "sent" is Ghost's for email-only posts: they have no public page.
    **_words("draft drafts pending private sent auto-draft inherit hidden unlisted", _DRAFT),
    **_words("unpublished in-review needs-review needs_review review in_review skip", _DRAFT),
    **_words("wip proposed embargoed archived internal", _DRAFT),
    **_words("publish published public live featured release released confirmed", _PUBLISHED),
    **_words("future scheduled", _SCHEDULED),
    **_words("withdrawn trash trashed deleted removed retracted expired", _WITHDRAWN),
}
# Audiences. Content that is not for everybody is never public.
AUDIENCES: Mapping[str, ArticleStatus | None] = {
    **dict.fromkeys(
        ("public", "everyone", "all", "anyone", "free", "visible", "open", "default"), None
    ),
    **_words(
        "members members-only members_only paid premium tiers private password protected", _DRAFT
    ),
    **_words("only_paid only_free founding subscribers subscribers-only specific hidden", _DRAFT),
    **_words("unlisted none internal logged-in logged_in authenticated registered draft", _DRAFT),
}
# Boolean fields: the status if true, and if false.
SWITCHES: Mapping[str, tuple[ArticleStatus | None, ArticleStatus | None]] = {
    "draft": (_DRAFT, None),
    "is_draft": (_DRAFT, None),
    "drafts": (_DRAFT, None),
    "private": (_DRAFT, None),
    "is_private": (_DRAFT, None),
    "hidden": (_DRAFT, None),
    "is_hidden": (_DRAFT, None),
    "unlisted": (_DRAFT, None),
    "members_only": (_DRAFT, None),
    "eleventy_exclude_from_collections": (_DRAFT, None),
    "published": (None, _DRAFT),
    "publish": (None, _DRAFT),
    "is_published": (None, _DRAFT),
    "public": (None, _DRAFT),
    "is_public": (None, _DRAFT),
    "withdrawn": (_WITHDRAWN, None),
    "deleted": (_WITHDRAWN, None),
}
STATE_FIELDS = ("status", "post_status", "moderation_state", "state", "workflow_state")
AUDIENCE_FIELDS = ("visibility", "audience", "access", "content_visibility")
SECRET_FIELDS = ("password", "post_password")
# Hugo: a page that is not rendered, or not listed, is not public.
BUILD_FIELDS = ("build", "_build")
_CAREFUL = (_WITHDRAWN, _DRAFT, _SCHEDULED, _PUBLISHED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Visibility:
    """The visibility that a record states.

    Args:
        status: None if not stated, which means public.
        unknown: "name: word" of unknown words; the status is then a draft.
    """

    status: ArticleStatus | None = None
    unknown: tuple[str, ...] = ()


def is_switch(value: object) -> bool:
    """Whether the value is a boolean: `published: true` is no date."""
    return isinstance(value, bool) or (
        isinstance(value, str | int) and str(value).strip().lower() in TRUE | FALSE
    )


def visibility_of(values: Mapping[str, Any]) -> Visibility:
    """The visibility in the fields of a record.

    Args:
        values: by names in lower case, with underscores.
    """
    meanings = [_meaning(name, word) for name, word in _visibility_fields(values)]
    statuses = {status for status in meanings if isinstance(status, ArticleStatus)}
    unknown = [word for word in meanings if word and not isinstance(word, ArticleStatus)]
    if unknown and ArticleStatus.WITHDRAWN not in statuses:
        return Visibility(status=_DRAFT, unknown=tuple(unknown))
    careful = next((status for status in _CAREFUL if status in statuses), None)
    return Visibility(status=careful, unknown=tuple(unknown))


def _visibility_fields(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in (*STATE_FIELDS, *AUDIENCE_FIELDS, *SWITCHES):
        if (value := values.get(name)) not in (None, ""):
            yield name, value
    for name in SECRET_FIELDS:
        if values.get(name):
            yield "private", True
    for name in BUILD_FIELDS:
        build = values.get(name)
        if isinstance(build, dict):
            words = [str(build.get(key, "always")).lower() for key in ("render", "list")]
            if {"never", "false"} & set(words):
                yield "draft", True


def _meaning(name: str, value: Any) -> ArticleStatus | str | None:
    """The status; a text if the word is unknown."""
    word = str(value).strip().lower()
    if name in SWITCHES and not isinstance(value, dict | list):
        on, off = SWITCHES[name]
        if word in TRUE:
            return on
        if word in FALSE:
            return off
        # In other systems these names hold a date or a list: `published: 2019-03-23`.
        return (
            None if name in {"published", "publish", "public", "drafts"} else _unknown(name, value)
        )
    if name in STATE_FIELDS:
        if word in TRUE or word in FALSE:  # Drupal's node.status is 1 or 0
            return _PUBLISHED if word in TRUE else _DRAFT
        return (
            STATES.get(word, _unknown(name, value)) if word is not None else _unknown(name, value)
        )
    if name in AUDIENCE_FIELDS and word in AUDIENCES:
        return AUDIENCES[word]
    return None if name in SWITCHES else _unknown(name, value)


def _unknown(name: str, value: Any) -> str:
    return f"{name}: {str(value)[:60]}"
