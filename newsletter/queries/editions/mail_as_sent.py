"""A mail as it was sent to somebody: the stored message with their values; sends nothing."""

from dataclasses import dataclass
from email import message_from_bytes
from email.policy import compat32

from sqlalchemy.orm import Session

from newsletter.delivery.ledger.models import Delivery
from newsletter.editions import store as editions
from newsletter.editions.composing.variants import message_id_stem
from newsletter.editions.models import Edition
from newsletter.errors import ResourceNotFound
from newsletter.rendering.encoding.headers import mailbox
from newsletter.rendering.encoding.message import split_message
from newsletter.rendering.encoding.reading import decoded_header, first_text, with_images
from newsletter.rendering.encoding.slots import personal_values
from newsletter.tokens.links import NOBODY, UNDATED, LinkSigners
from subscribers import store as people


@dataclass(frozen=True, kw_only=True)
class MailAsSent:
    """The parts of a mail."""

    headers: tuple[tuple[str, str], ...]
    html: str
    """With pictures as data URLs."""
    text: str

    @property
    def subject(self) -> str:
        return dict(self.headers).get("Subject", "")


def mail_as_sent(
    session: Session, links: LinkSigners, subscriber_id: int, delivery_id: int
) -> MailAsSent:
    """The mail of a delivery.

    Name and address are today's. Its links are those of a test mail: who looks at it can neither
    end the subscription nor change it.

    Raises:
        ResourceNotFound: there is no such mail to this subscriber, or they are erased.
    """
    delivery = session.get(Delivery, delivery_id)
    subscriber = people.find_by_id(session, subscriber_id)
    address = subscriber.address if subscriber else None
    if delivery is None or subscriber is None or address is None:
        raise ResourceNotFound(f"there is no mail {delivery_id} to show")
    if delivery.subscriber_id != subscriber_id:
        raise ResourceNotFound(f"there is no mail {delivery_id} to this person")
    edition = session.get_one(Edition, delivery.edition_id)
    variant = editions.variant(session, delivery.variant_id)
    values = personal_values(
        to=mailbox(subscriber.name, address),
        name=subscriber.name,
        unsubscribe=links.unsubscribe_token(NOBODY, edition.id, "", UNDATED),
        preferences=links.preferences_token(NOBODY, "", UNDATED),
        message_id=f"{message_id_stem(edition)}.{delivery.id}",
    )
    content = split_message(variant.content, variant.nonce).splice(values)
    mail = message_from_bytes(content, policy=compat32)
    return MailAsSent(
        headers=tuple((name, decoded_header(value)) for name, value in mail.items()),
        html=with_images(first_text(mail, "text/html"), mail),
        text=first_text(mail, "text/plain"),
    )
