"""The staff session of a request, by its cookie."""

from contextlib import suppress
from datetime import datetime

from starlette.requests import Request

from newsletter.actions import sessions
from newsletter.console.frame.state import ConsoleState
from newsletter.errors import NewsletterError
from newsletter.http.client_address import address_of
from newsletter.staff import store
from newsletter.staff.actors import VISITOR
from newsletter.staff.sign_in import session_rules
from newsletter.staff.store import SignedIn


def signed_in(state: ConsoleState, request: Request, now: datetime) -> SignedIn | None:
    """The staff member and session; None where there is none, or it is over."""
    token = request.cookies.get(state.cookies.session, "")
    if not token:
        return None
    with state.services.database.read() as session:
        signed = store.signed_in(session, token)
    if signed is None or session_rules.is_over(signed.session, now):
        return None
    return signed


def note_use(state: ConsoleState, request: Request, signed: SignedIn) -> None:
    """Note that a session is used, every few minutes."""
    # It may have ended meanwhile, and a database that is busy is no reason to refuse a page.
    with suppress(NewsletterError):
        sessions.see(state.services, VISITOR, signed.session.id, network=address_of(request))
