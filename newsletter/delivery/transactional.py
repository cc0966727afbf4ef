"""Transactional mail: notices to a subscriber, and alarms."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newsletter.editions.composing.content import notice_content
from newsletter.rendering.encoding.dkim import DkimKey, spliceable
from newsletter.rendering.encoding.headers import mailbox
from newsletter.rendering.encoding.slots import personal_values
from newsletter.rendering.renderer import Renderer
from newsletter.transports.base import Mail


@dataclass(frozen=True, kw_only=True)
class MailContext:
    """What all transactional mails of a site share.

    Args:
        masthead: site and sender, as made by `editions.masthead`.
        key: the DKIM key; None: unsigned.
    """

    masthead: Mapping[str, Any]
    renderer: Renderer
    key: DkimKey | None


def transactional_mail(
    kind: str,
    values: Mapping[str, Any],
    mail_context: MailContext,
    *,
    address: str,
    name: str,
    message_id: str,
    tokens: tuple[str, str] = ("", ""),
    now: datetime,
) -> Mail:
    """Render one mail from a kind of template.

    It has the null sender, so that a bounce causes no further mail (RFC 5321, 4.5.5), and no list
    headers.

    Args:
        message_id: the left part of its Message-ID; random where empty.
        tokens: of the subscriber's unsubscribe and preferences links, if any.
    """
    content = notice_content(kind, values, mail_context.masthead, now)
    mail = mail_context.renderer.render_mail(content)
    message = spliceable(mail.message, mail.nonce, mail_context.key)
    unsubscribe, preferences = tokens
    personal = personal_values(
        to=mailbox(name, address),
        name=name,
        unsubscribe=unsubscribe,
        preferences=preferences,
        message_id=message_id or f"{kind}.{secrets.token_hex(12)}",
    )
    return Mail(key=0, sender="", recipient=address, content=message.splice(personal), plain=True)
