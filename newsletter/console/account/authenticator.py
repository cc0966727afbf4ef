"""An authenticator as a second factor, and recovery codes."""

import segno
from pydantic import BaseModel, Field
from starlette.responses import Response

from newsletter.actions import credentials
from newsletter.console.access.challenges import read, sign
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import Access, form, page
from newsletter.staff.sign_in import second_factors

PURPOSE = "console new authenticator"


class NewAuthenticator(BaseModel):
    """The form."""

    secret: str = Field(min_length=1)
    code: str = Field(min_length=1, max_length=20)


class NewRecoveryCodes(BaseModel):
    """The form of a button."""

    instead_of: str = Field(max_length=16)
    """The mark of the codes when the page was shown: a button pressed twice makes codes once."""


def authenticator_page(request: ConsoleRequest) -> Response:
    """The QR code to scan, and the field for the first code."""
    typed = request.fields().value("secret")
    secret = read(request, PURPOSE, typed) if typed else second_factors.new_secret()
    site, email = request.config.site.name, request.member.member.email
    picture = segno.make(second_factors.address_of(secret, email, site), error="m")
    context = {
        "form": request.fields(),
        "secret": sign(request, PURPOSE, secret),
        "shown_secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        # A picture of its own, white in both schemes: cameras want dark on light.
        "picture": picture.svg_data_uri(scale=5, border=3, light="#fff", dark="#000"),
    }
    return request.page("account/authenticator.html", context)


def add_authenticator(request: ConsoleRequest) -> Response:
    """Switch it on, and show the recovery codes."""
    form = request.read(NewAuthenticator)
    secret = read(request, PURPOSE, form.secret)
    codes = credentials.add_authenticator(request.context, request.actor, secret, form.code)
    return request.page("account/recovery-codes.html", {"codes": codes})


def remove_authenticator(request: ConsoleRequest) -> Response:
    """Switch it off."""
    credentials.remove_authenticator(request.context, request.actor)
    return request.redirect("/account", "No code is asked for any more.")


def make_recovery_codes(request: ConsoleRequest) -> Response:
    """New recovery codes; those from before stop working."""
    before = request.read(NewRecoveryCodes).instead_of
    codes = credentials.make_recovery_codes(request.context, request.actor, instead_of=before)
    return request.page("account/recovery-codes.html", {"codes": codes})


ROUTES = [
    page("/account/authenticator", Access.SIGNED_IN, authenticator_page, needs_proof=True),
    form(
        "/account/authenticator",
        Access.SIGNED_IN,
        add_authenticator,
        again=authenticator_page,
        needs_proof=True,
    ),
    form("/account/authenticator/remove", Access.SIGNED_IN, remove_authenticator, needs_proof=True),
    form("/account/recovery-codes", Access.SIGNED_IN, make_recovery_codes, needs_proof=True),
]
