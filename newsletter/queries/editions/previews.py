"""Previews of an edition, stored or not: the mail of one subscriber, its audience, its findings."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, Self

from sqlalchemy.orm import Session

from newsletter.delivery.dry_run import Audience, audience_of, render_for_choice
from newsletter.editions.composing.composition import Composition
from newsletter.editions.composing.preflight import Preflight
from newsletter.editions.models import Edition
from newsletter.errors import InvalidInput
from newsletter.linting.findings import Finding
from newsletter.rendering.encoding.slots import fill, personal_values
from newsletter.rendering.renderer import RenderedMail, Renderer
from subscribers import store as people
from subscribers.addresses import normalise_address
from subscribers.topics import Choice


class PreviewContext(Protocol):
    """What a preview needs of the site."""

    @property
    def renderer(self) -> Renderer: ...

    @property
    def preflight(self) -> Preflight: ...


@dataclass(frozen=True, kw_only=True)
class PreviewRecipient:
    """The recipient that an edition is previewed for."""

    name: str = ""
    choice: Choice = field(default_factory=Choice)

    @classmethod
    def of(cls, session: Session, address: str | None, topics: Sequence[str]) -> Self:
        """A subscriber, or anyone who chose these topics.

        Raises:
            ResourceNotFound: nobody has this address.
            InvalidInput: both are given.
        """
        if not address:
            return cls(choice=Choice(topics=tuple(topics)))
        if topics:
            raise InvalidInput("a subscriber and topics exclude each other; keep one")
        subscriber = people.by_address(session, normalise_address(address))
        return cls(name=subscriber.name, choice=people.choice_of(session, subscriber))


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A preview of an edition, stored or not: the mail for one recipient, and the audience."""

    edition: Edition
    compiled: RenderedMail
    reader_name: str
    audience: Audience
    findings: tuple[Finding, ...]
    """What preflight finds in this one."""

    @classmethod
    def of(
        cls,
        context: PreviewContext,
        session: Session,
        composition: Composition,
        reader: PreviewRecipient,
        now: datetime,
        *,
        is_test: bool,
    ) -> Self:
        """Raises ResourceNotFound where the reader would get no mail."""
        renderer, edition = context.renderer, composition.edition
        compiled = render_for_choice(composition, renderer, reader.choice, now, test=is_test)
        return cls(
            edition=edition,
            compiled=compiled,
            reader_name=reader.name,
            audience=audience_of(session, composition, now),
            findings=(
                *context.preflight.findings(edition, [compiled]),
                *context.preflight.sender_findings(edition),
            ),
        )

    def bodies(self) -> tuple[str, str]:
        """HTML and text with personal values; the unsubscribe links are not valid."""
        return bodies_of(self.compiled, self.reader_name)


def bodies_of(mail: RenderedMail, name: str) -> tuple[str, str]:
    """HTML and text with the personal values of a preview; the unsubscribe links are not valid."""
    values = personal_values("", name, "preview", "preview", "preview")
    return fill(mail.html, mail.nonce, values), fill(mail.text, mail.nonce, values)
