"""Builds one subscriber's mail: the edition's variant with their personal values spliced in."""

from functools import lru_cache

from newsletter.delivery.ledger.store import Claimed
from newsletter.delivery.sending.context import SendingContext
from newsletter.editions import store as editions
from newsletter.editions.composing.variants import message_id_stem
from newsletter.editions.models import Edition
from newsletter.rendering.encoding.dkim import SpliceableMessage, spliceable
from newsletter.rendering.encoding.headers import mailbox
from newsletter.rendering.encoding.slots import personal_values
from newsletter.tokens.envelope import Purpose
from newsletter.transports.base import Mail

VARIANTS_KEPT = 64


class MailMaker:
    """Builds the mails of one edition; used by one thread."""

    def __init__(self, context: SendingContext, edition: Edition, transport: str = "") -> None:
        self._context = context
        self._edition = edition
        bounces: str = edition.masthead["sender"]["bounces"]
        self._bounces = bounces
        self._signed = context.envelopes and context.envelopes.addresses(bounces, transport)
        self._stem = message_id_stem(edition)
        self._variant = lru_cache(VARIANTS_KEPT)(self._load_variant)

    def make(self, delivery: Claimed) -> Mail:
        return Mail(
            key=delivery.id,
            sender=self._signed(delivery.id) if self._signed else self._bounces,
            recipient=delivery.address,
            content=self._splice(delivery),
            plain=True,
        )

    def _splice(self, delivery: Claimed) -> bytes:
        links, now = self._context.links, self._context.clock.now()
        number, address_hash = delivery.subscriber_id, delivery.address_hash
        values = personal_values(
            to=mailbox(delivery.name, delivery.address),
            name=delivery.name,
            unsubscribe=links.unsubscribe_token(number, self._edition.id, address_hash, now),
            preferences=links.preferences_token(number, address_hash, now),
            message_id=f"{self._stem}.{delivery.id}",
            leave=self._word_to_leave(delivery.id),
        )
        return self._variant(delivery.variant_id).splice(values)

    def _word_to_leave(self, delivery: int) -> str:
        """The word of the address that this subscriber leaves by; empty where there is none."""
        envelopes = self._context.envelopes
        return envelopes.signer.word(delivery, Purpose.UNSUBSCRIBE) if envelopes else ""

    def _load_variant(self, variant_id: int) -> SpliceableMessage:
        with self._context.database.read() as session:
            variant = editions.variant(session, variant_id)
            address = self._edition.masthead["sender"]["address"]
            return spliceable(variant.content, variant.nonce, self._context.dkim.get(address))
