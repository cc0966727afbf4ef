"""Variants of an edition: one mail for each distinct choice of articles."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from newsletter.editions.digests.sections import Section, key_of, sections_for
from newsletter.editions.models import Edition, EditionKind, Variant
from newsletter.rendering.renderer import RenderedMail
from subscribers.topics import Choice, topics_of


def variant_keys(
    edition: Edition, sections: Sequence[Section], choices: Mapping[int, Choice]
) -> dict[int, str]:
    """The variant key of each topic choice that gets any content."""
    if edition.kind is EditionKind.BULLETIN:
        audience = set(topics_of(edition.topics))
        return {
            number: ""
            for number, choice in choices.items()
            if not audience or not choice.topics or audience & set(choice.topics)
        }
    keys = {
        number: key_of(sections_for(sections, _choice(edition, chosen)))
        for number, chosen in choices.items()
    }
    return {number: key for number, key in keys.items() if key}


def variants_of(
    edition: Edition, sections: Sequence[Section], choices: Mapping[int, Choice]
) -> dict[str, tuple[Section, ...]]:
    """The sections of each distinct variant for these choices, by key."""
    keys = variant_keys(edition, sections, choices)
    return {
        key: sections_for(sections, _choice(edition, choices[number]))
        for number, key in keys.items()
    }


def store_variant(session: Session, edition: Edition, mail: RenderedMail) -> Variant:
    variant = Variant(
        edition_id=edition.id,
        articles=mail.content.key,
        content=mail.message,
        nonce=mail.nonce,
    )
    session.add(variant)
    session.flush()
    return variant


def message_id_stem(edition: Edition) -> str:
    """The prefix of every Message-ID of an edition; the delivery's number follows."""
    return f"e{edition.id}.{int(edition.created_at.timestamp()):x}"


def _choice(edition: Edition, choice: Choice) -> Choice:
    """The part of a choice that matters to an edition: single-article editions ignore digests."""
    return replace(choice, digests=()) if edition.kind is EditionKind.ARTICLE else choice
