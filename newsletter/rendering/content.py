"""The content of one mail, the same for all its recipients: plain values without database objects.

`editions` creates it; `rendering.renderer` turns it into an encoded message in one pass.
docs/templates.md documents the values for template authors.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from newsletter.rendering.encoding.message import MessageHeaders


@dataclass(frozen=True, kw_only=True)
class TopicLink:
    """A topic and its URL."""

    slug: str
    name: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Story:
    """An article in a mail; dates are text, URLs are absolute."""

    title: str
    url: str
    summary: str
    author: str
    image_url: str
    published: str
    topics: tuple[TopicLink, ...]
    body_html: str
    """Sanitised; not yet made suitable for mail clients."""


@dataclass(frozen=True, kw_only=True)
class StorySection:
    """The part of one digest in a mail."""

    slug: str
    name: str
    stories: tuple[Story, ...]


@dataclass(frozen=True, kw_only=True)
class MailContent:
    """The whole content of a mail."""

    template: str
    """The kind of mail: its template folder."""
    headers: MessageHeaders
    site: Mapping[str, Any]
    subject: str = ""
    """The subject, unless the kind's template overrides it."""
    subject_template: str = ""
    """The configured subject template; empty: none."""
    subject_option: str = ""
    """Its option, for error messages."""
    subject_prefix: str = ""
    """Prefix of the Subject header."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """Further template values of this kind."""
    body_html: str = ""
    """A bulletin's own text, sanitised."""
    sections: tuple[StorySection, ...] = ()
    excerpts: int = 0
    """Maximum number of stories with an excerpt."""
    key: str = ""
    """The variant key within the edition."""

    @property
    def stories(self) -> tuple[Story, ...]:
        return tuple(story for section in self.sections for story in section.stories)
