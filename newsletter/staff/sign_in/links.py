"""One-time links for staff: the signed token, and whether its row may still be used."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from newsletter.errors import TokenSpent
from newsletter.staff import store
from newsletter.staff.account_models import StaffLink
from newsletter.staff.permissions import StaffLinkKind
from newsletter.tokens.signing import Signer

PURPOSE = "staff link"
# Of a link that signs in at once, with no password chosen; only the demonstration makes one.
ENTRY_PURPOSE = "staff entry"
LIFETIMES = {
    StaffLinkKind.INVITATION: timedelta(days=7),
    StaffLinkKind.SIGN_IN: timedelta(hours=2),
}


def issue(session: Session, member_id: int, kind: StaffLinkKind, now: datetime) -> int:
    """Make a link; those from before end. Its number."""
    store.spend_links(session, member_id, now)
    link = StaffLink(member_id=member_id, kind=kind, made_at=now, expires_at=now + LIFETIMES[kind])
    session.add(link)
    session.flush()
    return link.id


def path(signer: Signer, number: int) -> str:
    """The path of a link's page, below the site's address."""
    return f"/console/join/{signer.sign(str(number))}"


def entry_path(signer: Signer, number: int) -> str:
    """The path of the page by which a link signs in at once; the signer is of `ENTRY_PURPOSE`."""
    return f"/console/enter/{signer.sign(str(number))}"


def number_in(signer: Signer, token: str) -> int:
    """
    Raises:
        TokenError: the token was not made by this site.
    """
    return int(signer.read(token))


def usable(session: Session, number: int, now: datetime) -> StaffLink:
    """A link that may still be used; to use it, its holder is to be locked.

    Raises:
        TokenSpent: it was used, replaced, or is too old.
        ResourceNotFound: there is none.
    """
    link = store.link_by_id(session, number)
    if link.used_at is not None or link.expires_at <= now:
        raise TokenSpent("this link was used already, or has ended; ask an owner for another one")
    return link
