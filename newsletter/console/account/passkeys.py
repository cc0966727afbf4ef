"""Adding and removing passkeys."""

from pydantic import BaseModel, Field
from starlette.responses import Response

from newsletter.actions import credentials
from newsletter.console.access.challenges import challenge_in, new_challenge, party
from newsletter.console.frame.origins import device_of
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import Access, form, page
from newsletter.staff import store
from newsletter.staff.sign_in import passkeys


class PasskeyForm(BaseModel):
    """The form, as its script fills it in."""

    name: str = Field(min_length=1, max_length=60)
    challenge: str = Field("", max_length=500)
    answer: str = Field("", max_length=60_000)


def passkey_page(request: ConsoleRequest) -> Response:
    """The form; its script asks the browser to make a passkey."""
    member = request.member.member
    with request.database.read() as session:
        registered = store.passkeys_of(session, member.id)
    challenge, token = new_challenge(request)
    context = {
        "form": request.fields(name=device_of(request.http.headers.get("user-agent", ""))),
        "challenge": token,
        "options": passkeys.to_register(party(request), member, registered, challenge),
    }
    return request.page("account/passkey.html", context)


def add_passkey(request: ConsoleRequest) -> Response:
    """Check what the browser made, and keep its public key."""
    form = request.read(PasskeyForm)
    challenge = challenge_in(request, form.challenge)
    made = passkeys.registered(party(request), form.answer, challenge.value)
    credentials.add_passkey(request.context, request.actor, made, form.name)
    return request.redirect("/account", "The passkey is ready: sign in by it from now on.")


def remove_passkey(request: ConsoleRequest) -> Response:
    """Sign in by it no more."""
    credentials.remove_passkey(request.context, request.actor, request.number())
    return request.redirect("/account", "The passkey is removed.")


ROUTES = [
    page("/account/passkey", Access.SIGNED_IN, passkey_page, needs_proof=True),
    form(
        "/account/passkey",
        Access.SIGNED_IN,
        add_passkey,
        again=passkey_page,
        needs_proof=True,
    ),
    form(
        "/account/passkeys/{number:int}/remove",
        Access.SIGNED_IN,
        remove_passkey,
        needs_proof=True,
    ),
]
