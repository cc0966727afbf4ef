"""Compiling a mail: templates, inlining and encoding, once for all who get the same articles.

What it is about (articles, a bulletin, a confirmation) comes in as plain values; the caller has
chosen them.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from newsletter.rendering.inlining import inline_styles
from newsletter.rendering.message import Envelope, write_message
from newsletter.rendering.mjml import to_html
from newsletter.rendering.pictures import Inlined, Pictures
from newsletter.rendering.slots import Slot, mark
from newsletter.rendering.templates import Templates


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """A mail's two bodies, with marks where personal values go."""

    html: str
    text: str
    nonce: str


@dataclass(frozen=True, kw_only=True)
class CompiledMail:
    """An encoded message, its marks still in."""

    content: bytes
    pictures_left: tuple[str, ...]
    """Own pictures that could not be parts of it, with the reason."""


class Renderer:
    """Renders kinds of mail for one site."""

    def __init__(
        self, templates: Templates, base_url: str, pictures: Pictures | None = None
    ) -> None:
        self._templates = templates
        self._base_url = base_url
        self.pictures = pictures
        """What reads the pictures that are parts of its mails; None: there are none."""

    @property
    def unsubscribe_base(self) -> str:
        return f"{self._base_url}/unsubscribe/"

    @property
    def preferences_base(self) -> str:
        return f"{self._base_url}/preferences/"

    def subject(self, kind: str, context: Mapping[str, Any]) -> str:
        return " ".join(self._templates.render(f"{kind}/subject.txt", context).split())

    def subject_line(self, source: str, where: str, context: Mapping[str, Any]) -> str:
        """A subject from a line of the configuration."""
        return self._templates.render_line(source, where, context)

    def render(self, kind: str, context: Mapping[str, Any]) -> Rendered:
        """Both bodies of a kind of mail, styles inlined, slots marked."""
        nonce = secrets.token_hex(6)
        html = self._html(kind, context, self._person(nonce, html=True))
        text = self._render(f"{kind}/body.txt", context, self._person(nonce, html=False))
        return Rendered(html=html, text=text, nonce=nonce)

    def render_online(self, kind: str, context: Mapping[str, Any]) -> str:
        """The page for everybody: the mail without anything personal."""
        person = {"greeting": "Hello", "name": "", "preferences_url": "", "unsubscribe_url": ""}
        return self._html(kind, context, person, online=True)

    def _html(
        self, kind: str, context: Mapping[str, Any], person: Mapping[str, str], online: bool = False
    ) -> str:
        name = self._templates.html_body(kind)
        html = self._render(name, context, person, online)
        return to_html(html, name) if name.endswith(".mjml") else inline_styles(html)

    def _render(
        self, name: str, context: Mapping[str, Any], person: Mapping[str, str], online: bool = False
    ) -> str:
        return self._templates.render(name, {**context, "person": person, "is_online": online})

    def _person(self, nonce: str, *, html: bool) -> dict[str, str]:
        greeting, name = (
            (Slot.GREETING_HTML, Slot.NAME_HTML) if html else (Slot.GREETING_TEXT, Slot.NAME_TEXT)
        )
        return {
            "greeting": mark(greeting, nonce),
            "name": mark(name, nonce),
            "preferences_url": self.preferences_base + mark(Slot.PREFERENCES, nonce),
            "unsubscribe_url": self.unsubscribe_base + mark(Slot.UNSUBSCRIBE, nonce),
        }


def compile_mail(
    rendered: Rendered, envelope: Envelope, pictures: Pictures | None = None
) -> CompiledMail:
    """The encoded message, its marks still in.

    Args:
        pictures: reads those that are to be parts of the mail; None: all keep their addresses.
    """
    inlined = pictures.inline(rendered.html) if pictures else Inlined(html=rendered.html)
    content = write_message(envelope, rendered.text, inlined.html, rendered.nonce, inlined.pictures)
    return CompiledMail(content=content, pictures_left=inlined.left)


def personal_values(
    to: str, name: str, unsubscribe: str, preferences: str, message_id: str
) -> dict[Slot, str]:
    """What fills every slot for one person.

    Args:
        unsubscribe, preferences: the tokens of her links.
    """
    greeting = f"Dear {name}" if name else "Hello"
    return {
        Slot.TO: to,
        Slot.MESSAGE_ID: message_id,
        Slot.UNSUBSCRIBE: unsubscribe,
        Slot.PREFERENCES: preferences,
        Slot.GREETING_HTML: escape(greeting),
        Slot.GREETING_TEXT: greeting,
        Slot.NAME_HTML: escape(name),
        Slot.NAME_TEXT: name,
    }
