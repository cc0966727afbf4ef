"""Slots: the places in a compiled message where a person's own values go.

While templates run, a slot is a mark: an ASCII word that passes unchanged through Jinja2,
premailer and quoted-printable. A nonce in the mark, new for every compile, keeps an article from
forging one.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from html import escape


class Slot(StrEnum):
    """What is filled in per person."""

    TO = "to"  # the To header's value
    MESSAGE_ID = "messageid"  # the left part of the Message-ID
    UNSUBSCRIBE = "unsubscribe"  # the token of her unsubscribe address
    PREFERENCES = "preferences"  # the token of her own page
    GREETING_HTML = "greetinghtml"  # "Dear Ann", escaped for HTML
    GREETING_TEXT = "greetingtext"
    NAME_HTML = "namehtml"
    NAME_TEXT = "nametext"


# Filled with words, so encoded on the way in; the others are URL-safe ASCII.
TEXTS = frozenset({Slot.GREETING_HTML, Slot.GREETING_TEXT, Slot.NAME_HTML, Slot.NAME_TEXT})


def placeholder(slot: Slot, nonce: str) -> str:
    return f"zslot{nonce}x{slot.value}z"


def placeholder_prefix(nonce: str) -> str:
    """What a mark begins with, even where a template cut or changed the rest of it."""
    return f"zslot{nonce[:6]}"


def fill(text: str, nonce: str, values: Mapping[Slot, str]) -> str:
    """A text with its marks replaced, for showing it; mails are spliced from bytes."""
    return "".join(
        values[p] if isinstance(p, Slot) else p for p in split_at_placeholders(text, nonce)
    )


def split_at_placeholders(text: str, nonce: str) -> list[str | Slot]:
    """The text cut at its marks: strings and slots in turn."""
    pattern = rf"zslot{re.escape(nonce)}x({'|'.join(Slot)})z"
    parts: list[str | Slot] = []
    for index, part in enumerate(re.split(pattern, text)):
        if index % 2:
            parts.append(Slot(part))
        elif part:
            parts.append(part)
    return parts


def personal_values(
    to: str, name: str, unsubscribe: str, preferences: str, message_id: str
) -> dict[Slot, str]:
    """What fills every slot for one person.

    Args:
        unsubscribe, preferences: the tokens of the subscriber's links.
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
