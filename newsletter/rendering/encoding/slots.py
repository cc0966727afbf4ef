"""Slots for personal values in a compiled message.

During rendering a slot is a placeholder: an ASCII word that passes unchanged through Jinja2,
premailer and quoted-printable. A nonce, new for every compilation, prevents an article from forging
one.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from html import escape


class Slot(StrEnum):
    """A personal value."""

    TO = "to"  # the To header's value
    MESSAGE_ID = "messageid"  # the local part of the Message-ID
    UNSUBSCRIBE = "unsubscribe"  # the token of the unsubscribe URL
    LEAVE = "leave"  # the word in the address that a mail leaves by
    PREFERENCES = "preferences"  # the token of the preference page
    GREETING_HTML = "greetinghtml"  # "Dear Ann", escaped for HTML
    GREETING_TEXT = "greetingtext"
    NAME_HTML = "namehtml"
    NAME_TEXT = "nametext"


# Free text, so encoded when filled; the others are URL-safe ASCII.
TEXTS = frozenset({Slot.GREETING_HTML, Slot.GREETING_TEXT, Slot.NAME_HTML, Slot.NAME_TEXT})


def placeholder(slot: Slot, nonce: str) -> str:
    return f"zslot{nonce}x{slot.value}z"


def placeholder_prefix(nonce: str) -> str:
    """The prefix of a placeholder, present even if a template truncates it."""
    return f"zslot{nonce[:6]}"


def fill(text: str, nonce: str, values: Mapping[Slot, str]) -> str:
    """A text with its placeholders replaced, for display; mails are spliced from bytes."""
    return "".join(
        values[p] if isinstance(p, Slot) else p for p in split_at_placeholders(text, nonce)
    )


def split_at_placeholders(text: str, nonce: str) -> list[str | Slot]:
    """The text split at its placeholders: strings and slots alternate."""
    pattern = rf"zslot{re.escape(nonce)}x({'|'.join(Slot)})z"
    parts: list[str | Slot] = []
    for index, part in enumerate(re.split(pattern, text)):
        if index % 2:
            parts.append(Slot(part))
        elif part:
            parts.append(part)
    return parts


def personal_values(
    to: str, name: str, unsubscribe: str, preferences: str, message_id: str, leave: str = "sample"
) -> dict[Slot, str]:
    """The value of every slot for one subscriber.

    Args:
        unsubscribe, preferences: tokens of the subscriber's links.
        leave: the signed word of the address that mail leaves by.
    """
    greeting = f"Dear {name}" if name else "Hello"
    return {
        Slot.TO: to,
        Slot.MESSAGE_ID: message_id,
        Slot.UNSUBSCRIBE: unsubscribe,
        Slot.LEAVE: leave,
        Slot.PREFERENCES: preferences,
        Slot.GREETING_HTML: escape(greeting),
        Slot.GREETING_TEXT: greeting,
        Slot.NAME_HTML: escape(name),
        Slot.NAME_TEXT: name,
    }
