"""Rendering of a mail in one pass: templates, CSS inlining, shortening, encoding.

Rendered once for all recipients of the same `MailContent`, with placeholders for personal values.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from newsletter.rendering.content import MailContent
from newsletter.rendering.encoding.message import text_part, write_message
from newsletter.rendering.encoding.slots import Slot, placeholder
from newsletter.rendering.fit_to_size import MAX_HTML_BYTES, SizePlan, largest_fitting, plans
from newsletter.rendering.inlining import inline_styles
from newsletter.rendering.mjml import to_html
from newsletter.rendering.pictures import EmbeddedPage, PictureEmbedder
from newsletter.rendering.template_values import template_values

if TYPE_CHECKING:  # with Jinja2: for whoever renders, not for whoever only names a renderer
    from newsletter.rendering.templates import Templates

MAX_SUBJECT_CHARACTERS = 250


@dataclass(frozen=True, kw_only=True)
class RenderedMail:
    """A mail ready to be stored and spliced, with placeholders."""

    content: MailContent
    message: bytes
    """Encoded."""
    nonce: str
    """The nonce in its placeholders."""
    subject: str
    html: str
    """HTML with pictures as URLs."""
    text: str
    html_bytes: int
    """Encoded size of the HTML part."""
    left_out: str = ""
    """What was left out to fit; empty: nothing."""
    pictures_left: tuple[str, ...] = ()
    """Pictures that could not be embedded, with the reason."""


@dataclass(frozen=True, kw_only=True)
class _Bodies:
    """The bodies of a mail under one size plan."""

    subject: str
    html: str
    text: str
    html_part: str
    """Encoded, with its headers."""


class Renderer:
    """Renders mails of one site."""

    def __init__(
        self, templates: "Templates", base_url: str, pictures: PictureEmbedder | None = None
    ) -> None:
        """
        Args:
            pictures: embeds pictures; None: they keep their URLs.
        """
        self._templates = templates
        self._base_url = base_url
        self._pictures = pictures

    @property
    def unsubscribe_base(self) -> str:
        return f"{self._base_url}/unsubscribe/"

    @property
    def preferences_base(self) -> str:
        return f"{self._base_url}/preferences/"

    def render_mail(self, content: MailContent) -> RenderedMail:
        """The mail, as complete as mail clients can show it.

        Raises:
            TemplateError: a template is wrong.
        """
        nonce = secrets.token_hex(6)
        all_plans = list(plans(len(content.stories), content.excerpts))
        plan, rendered = largest_fitting(
            all_plans,
            partial(self._bodies, content, nonce),
            lambda bodies: len(bodies.html_part) <= MAX_HTML_BYTES,
        )
        inlined = (
            self._pictures.inline(rendered.html)
            if self._pictures
            else EmbeddedPage(html=rendered.html)
        )
        html_part = (
            text_part("html", inlined.html, nonce) if inlined.pictures else rendered.html_part
        )
        subject = f"{content.subject_prefix}{rendered.subject}"
        return RenderedMail(
            content=content,
            message=write_message(
                content.headers,
                subject,
                text_part("plain", rendered.text, nonce),
                html_part,
                nonce,
                inlined.pictures,
            ),
            nonce=nonce,
            subject=subject,
            html=rendered.html,
            text=rendered.text,
            html_bytes=len(html_part),
            left_out=plan.difference(all_plans[0], len(content.stories)),
            pictures_left=inlined.left,
        )

    def render_page(self, content: MailContent) -> str:
        """The public page: the complete mail without personal values."""
        person = {"greeting": "Hello", "name": "", "preferences_url": "", "unsubscribe_url": ""}
        return self._html(content.template, self._values(content), person, is_online=True)

    def subject_of(self, content: MailContent) -> str:
        """The subject of the complete mail."""
        return str(self._values(content)["edition"]["subject"])

    def _values(self, content: MailContent, plan: SizePlan | None = None) -> dict[str, Any]:
        """The template values, including the subject."""
        full = next(plans(len(content.stories), content.excerpts))
        values = template_values(content, plan or full)
        edition = values.get("edition", {})
        line = self._configured_subject(content, {**values, "date": edition.get("date", "")})
        values["edition"] = {**edition, "subject": line}
        name = f"{content.template}/subject.txt"
        if self._templates.has(name):
            line = " ".join(self._templates.render(name, values).split()) or line
            values["edition"] = {**edition, "subject": line[:MAX_SUBJECT_CHARACTERS]}
        return values

    def _configured_subject(self, content: MailContent, values: Mapping[str, Any]) -> str:
        if not content.subject_template:
            return content.subject
        line = self._templates.render_line(content.subject_template, content.subject_option, values)
        return line[:MAX_SUBJECT_CHARACTERS] or content.subject

    def _bodies(self, content: MailContent, nonce: str, plan: SizePlan) -> _Bodies:
        values = self._values(content, plan)
        html = self._html(content.template, values, self._person(nonce, html=True))
        text_name, person = f"{content.template}/body.txt", self._person(nonce, html=False)
        return _Bodies(
            subject=values["edition"]["subject"],
            html=html,
            text=self._render(text_name, values, person),
            html_part=text_part("html", html, nonce),
        )

    def _html(
        self,
        kind: str,
        values: Mapping[str, Any],
        person: Mapping[str, str],
        *,
        is_online: bool = False,
    ) -> str:
        name = self._templates.html_body(kind)
        html = self._render(name, values, person, is_online=is_online)
        return to_html(html, name) if name.endswith(".mjml") else inline_styles(html)

    def _render(
        self,
        name: str,
        values: Mapping[str, Any],
        person: Mapping[str, str],
        *,
        is_online: bool = False,
    ) -> str:
        return self._templates.render(name, {**values, "person": person, "is_online": is_online})

    def _person(self, nonce: str, *, html: bool) -> dict[str, str]:
        greeting, name = (
            (Slot.GREETING_HTML, Slot.NAME_HTML) if html else (Slot.GREETING_TEXT, Slot.NAME_TEXT)
        )
        return {
            "greeting": placeholder(greeting, nonce),
            "name": placeholder(name, nonce),
            "preferences_url": self.preferences_base + placeholder(Slot.PREFERENCES, nonce),
            "unsubscribe_url": self.unsubscribe_base + placeholder(Slot.UNSUBSCRIBE, nonce),
        }
