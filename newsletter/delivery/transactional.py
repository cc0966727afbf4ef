"""One mail to one person, outside every list: notices and alarms."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newsletter.rendering.compile import Renderer, compile_mail, personal_values
from newsletter.rendering.dkim import DkimKey, ready
from newsletter.rendering.headers import mailbox
from newsletter.rendering.message import Envelope
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
    masthead, renderer = stationery.masthead, stationery.renderer
    context = {"site": masthead["site"], **values}
    subject = renderer.subject(kind, context)
    sender = masthead["sender"]
    rendered = renderer.render(kind, {**context, "edition": {"subject": subject}})
    envelope = Envelope(
        from_name=sender["name"],
        from_address=sender["address"],
        reply_to=sender["reply_to"],
        subject=subject,
        date=now,
        unsubscribe_base="",
        list_id="",
        list_name="",
        feedback_id="",
        archive_url="",
        owner="",
        message_id_domain=sender["address"].partition("@")[2],
    )
    compiled = compile_mail(rendered, envelope, renderer.pictures)
    message = ready(compiled.content, rendered.nonce, stationery.key)
    unsubscribe, preferences = tokens
    personal = personal_values(
        to=mailbox(name, address),
        name=name,
        unsubscribe=unsubscribe,
        preferences=preferences,
        message_id=message_id or f"{kind}.{secrets.token_hex(12)}",
    )
    return Mail(key=0, sender="", recipient=address, content=message.splice(personal), plain=True)
