"""What one mail says, for everybody who gets it: plain values, nothing of the database behind them.

`editions` makes it; `rendering.renderer` turns it into an encoded message in one pass.
docs/templates.md names for those who write templates what comes of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from newsletter.rendering.encoding.message import MessageHeaders


@dataclass(frozen=True, kw_only=True)
class TopicLink:
    """A topic and its page."""

    slug: str
    name: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Story:
    """An article as a mail tells it; the date is in words, addresses are absolute."""

    title: str
    url: str
    summary: str
    author: str
    image_url: str
    published: str
    topics: tuple[TopicLink, ...]
    body_html: str
    """Sanitised, and not yet fit for mail programs."""


@dataclass(frozen=True, kw_only=True)
class StorySection:
    """What one digest brings to a mail."""

    slug: str
    name: str
    stories: tuple[Story, ...]


@dataclass(frozen=True, kw_only=True)
class MailContent:
    """All that a mail says."""

    template: str
    """The kind of mail: a folder of templates."""
    headers: MessageHeaders
    site: Mapping[str, Any]
    subject: str = ""
    """Where the template of the kind does not say otherwise."""
    subject_template: str = ""
    """A line of the configuration that makes the subject; empty: there is none."""
    subject_option: str = ""
    """The option it stands in, for messages."""
    subject_prefix: str = ""
    """What only the header has, before the subject."""
    values: Mapping[str, Any] = field(default_factory=dict)
    """What templates of the kind are given besides."""
    body_html: str = ""
    """A bulletin's own text, sanitised."""
    sections: tuple[StorySection, ...] = ()
    excerpts: int = 0
    """How many stories are told with an excerpt where there is room."""
    key: str = ""
    """What tells this variant of an edition from the others."""

    @property
    def stories(self) -> tuple[Story, ...]:
        return tuple(story for section in self.sections for story in section.stories)
