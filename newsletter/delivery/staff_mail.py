"""Mails to one staff member: an invitation, a request for approval."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.delivery.transactional import MailContext, transactional_mail
from newsletter.transports.base import Mail

KIND = "staff"


@dataclass(frozen=True, kw_only=True)
class StaffMail:
    """What it says, and where it leads."""

    title: str
    text: str
    url: str
    label: str
    """The words of the link."""


def staff_mail(mail: StaffMail, address: str, mail_context: MailContext, now: datetime) -> Mail:
    """It as a mail."""
    values = {"title": mail.title, "text": mail.text, "url": mail.url, "label": mail.label}
    return transactional_mail(
        KIND, {"staff": values}, mail_context, address=address, name="", message_id="", now=now
    )
