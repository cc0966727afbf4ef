"""One mail to one person, outside every list: notices and alarms."""

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
class Stationery:
    """What every such mail of a site is written with.

    Args:
        masthead: site and sender, as `editions.masthead` makes it.
        key: what it is signed with, if anything.
    """

    masthead: Mapping[str, Any]
    renderer: Renderer
    key: DkimKey | None


def single_mail(
    kind: str,
    values: Mapping[str, Any],
    stationery: Stationery,
    *,
    address: str,
    name: str,
    message_id: str,
    tokens: tuple[str, str] = ("", ""),
    now: datetime,
) -> Mail:
    """The mail of a kind of template.

    It has the null sender, so that no bounce of it can make another mail (RFC 5321, 4.5.5), and
    no list headers: there is nothing to leave.

    Args:
        message_id: the left part of its Message-ID; made up where empty.
        tokens: of her links to leave and to her own page, where she has any.
    """
    content = notice_content(kind, values, stationery.masthead, now)
    mail = stationery.renderer.render_mail(content)
    message = spliceable(mail.message, mail.nonce, stationery.key)
    unsubscribe, preferences = tokens
    personal = personal_values(
        to=mailbox(name, address),
        name=name,
        unsubscribe=unsubscribe,
        preferences=preferences,
        message_id=message_id or f"{kind}.{secrets.token_hex(12)}",
    )
    return Mail(key=0, sender="", recipient=address, content=message.splice(personal), plain=True)
