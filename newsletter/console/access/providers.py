"""Signing in, and proving to be oneself, by an OpenID provider.

Nothing is stored on the way: the state is signed and bound to this browser for ten minutes, and
nonce and verifier are derived from it by a key of ours. Nobody gets an account by signing in.
"""

import json
from dataclasses import dataclass
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from newsletter.actions import sessions, staff
from newsletter.config.tables.console import ProviderOptions
from newsletter.console.access.browser import safe_path
from newsletter.console.access.challenges import HALF_SIGN_IN, read, sign
from newsletter.console.access.identification import Attempt, begin_session
from newsletter.console.frame.cookies import new_token
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import Access, Threads, page
from newsletter.console.frame.saved_forms import brought_back, resubmit_button
from newsletter.errors import InvalidInput, NotAllowed, ResourceNotFound
from newsletter.staff import store
from newsletter.staff.account_models import StaffMember
from newsletter.staff.sign_in.openid import Identity, OpenIdProvider, Visit
from newsletter.staff.sign_in.proofs import ProviderProof
from newsletter.tokens.signing import derive_key, keyed_hash

PURPOSE = "console provider visit"
MAX_MARK_LENGTH = 16


@dataclass(frozen=True, kw_only=True)
class Errand:
    """What somebody is sent to a provider for."""

    provider: str
    next: str
    is_proof: bool
    visit: str
    """Makes each visit another one."""
    kept: str = ""
    """The mark of the form that waits in this browser; empty without one."""


def sign_in_with(request: ConsoleRequest) -> Response:
    """To the provider, to sign in."""
    return _sent(request, is_proof=False)


def prove_with(request: ConsoleRequest) -> Response:
    """To the provider, to give the password there again."""
    return _sent(request, is_proof=True)


def come_back(request: ConsoleRequest) -> Response:
    """Back from the provider, with its word."""
    name, state = request.text("name"), request.query.get("state", "")
    errand = Errand(**json.loads(read(request, PURPOSE, state)))
    if errand.provider != name:
        raise NotAllowed("another provider answered than was asked")
    provider = OpenIdProvider(_options(request, name))
    visit = _visit(request, errand, state)
    identity = provider.identity(visit, dict(request.query), request.now)
    saved_form = brought_back(request, errand.kept)
    answer = _proved if errand.is_proof else _in
    response = answer(request, errand, identity, saved_form)
    if saved_form:
        request.state.cookies.end_kept(response)
    return response


def _sent(request: ConsoleRequest, *, is_proof: bool) -> Response:
    name, next_path = request.text("name"), safe_path(request, request.query.get("next", ""))
    provider = OpenIdProvider(_options(request, name))
    saved_form = request.query.get("kept", "")
    errand = Errand(
        provider=name,
        next=next_path,
        is_proof=is_proof,
        visit=new_token(),
        kept=saved_form[:MAX_MARK_LENGTH],
    )
    state = sign(request, PURPOSE, json.dumps(vars(errand)))
    return RedirectResponse(provider.address(_visit(request, errand, state)), 303)


def _visit(request: ConsoleRequest, errand: Errand, state: str) -> Visit:
    key = derive_key(request.context.secret, PURPOSE)
    return Visit(
        redirect_uri=f"{request.config.site.base_url}/console/sign-in/from/{quote(errand.provider)}",
        state=state,
        nonce=keyed_hash(key, f"nonce {state}"),
        verifier=keyed_hash(key, f"verifier {state}"),
        is_proof=errand.is_proof,
    )


def _in(request: ConsoleRequest, errand: Errand, identity: Identity, saved_form: str) -> Response:
    with request.database.read() as session:
        member = store.by_email(session, identity.email)
    attempt = Attempt(request=request, email=identity.email)
    number = attempt.reserve()
    if member is None or member.ended_at is not None:
        attempt.has_failed(member)
        raise NotAllowed(
            f"{identity.email} has no account here; an owner can invite you under Staff"
        )
    attempt.has_succeeded(number)
    if member.joined_at is None:
        member = _joined(request, member, identity)
    if member.totp_secret:
        half = sign(request, HALF_SIGN_IN, str(member.id))
        fields = request.fields(half=half, next=request.url(errand.next), kept=saved_form)
        return request.page("access/code.html", {"form": fields})
    proof = ProviderProof(provider=errand.provider)
    response = begin_session(request, member, proof, path=errand.next)
    return resubmit_button(request, response, saved_form) if saved_form else response


def _joined(request: ConsoleRequest, member: StaffMember, identity: Identity) -> StaffMember:
    """Take the invitation of somebody who comes for the first time.

    Raises:
        NotAllowed: it has ended.
    """
    with request.database.read() as session:
        link = store.open_invitation(session, member.id, request.now)
    if link is None:
        raise NotAllowed("your invitation has ended; ask an owner for another")
    name = identity.name or member.name
    staff.join(request.context, request.visitor, link, name=name, password_hash="")
    with request.database.read() as session:
        return store.by_id(session, member.id)


def _proved(
    request: ConsoleRequest, errand: Errand, identity: Identity, saved_form: str
) -> Response:
    if request.signed_in is None or store.normalised(identity.email) != request.member.member.email:
        raise NotAllowed("you signed in there as somebody else than here")
    proof = ProviderProof(provider=errand.provider)
    try:
        sessions.prove(request.context, request.actor, request.member.session.id, proof)
    except InvalidInput as error:
        raise NotAllowed(str(error)) from error
    if saved_form:
        return request.page("access/do-it.html", {"kept": saved_form})
    return request.redirect(errand.next)


def _options(request: ConsoleRequest, name: str) -> ProviderOptions:
    provider = request.config.console.providers.get(name)
    if provider is None:
        raise ResourceNotFound(f"there is no provider {name}")
    return provider


ROUTES = [
    page("/sign-in/with/{name}", Access.PUBLIC, sign_in_with, threads=Threads.SLOW),
    page("/prove/with/{name}", Access.SIGNED_IN, prove_with, threads=Threads.SLOW),
    page("/sign-in/from/{name}", Access.PUBLIC, come_back, threads=Threads.SLOW),
]
