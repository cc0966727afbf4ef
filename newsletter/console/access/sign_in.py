"""Signing in: address and password, then a code where there is an authenticator; or a passkey."""

from pydantic import BaseModel, Field
from starlette.responses import Response

from newsletter.actions import sessions
from newsletter.console.access import passkey_forms
from newsletter.console.access.browser import safe_path
from newsletter.console.access.challenges import HALF_SIGN_IN, read, sign
from newsletter.console.access.identification import WRONG, begin_session, by_password
from newsletter.console.access.passkey_forms import PasskeyAnswer
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import MAX_FORM_BYTES, Access, Threads, form, page
from newsletter.console.frame.saved_forms import mark_of, resubmit_button
from newsletter.staff import store
from newsletter.staff.account_models import StaffMember
from newsletter.staff.sign_in import passwords
from newsletter.staff.sign_in.proofs import PasswordProof, Proof

# What somebody had typed as their session ended comes along, encoded.
MAX_BYTES = 2 * MAX_FORM_BYTES


class SignIn(BaseModel):
    """The form."""

    email: str = Field(min_length=1, max_length=320)
    password: str = Field(min_length=1, max_length=passwords.LONGEST)
    next: str = ""
    kept: str = ""


class Code(BaseModel):
    """The second form."""

    code: str = Field(min_length=1, max_length=40)
    half: str = ""
    next: str = ""
    kept: str = ""


def sign_in_page(request: ConsoleRequest) -> Response:
    """The form; whoever is signed in goes on."""
    next_path = request.query.get("next", "")
    if request.signed_in is not None:
        return request.redirect(safe_path(request, next_path))
    with request.database.read() as session:
        is_set_up = store.count_owners(session) > 0
    fields = request.fields(next=next_path, kept=request.kept)
    kept_mark = mark_of(fields.value("kept"))
    context = {
        "form": fields,
        "kept_mark": kept_mark,
        "is_set_up": is_set_up,
        "passkey": passkey_forms.question(request),
        # Whoever leaves for a provider with more than travels along would lose it.
        "providers": request.config.console.providers
        if kept_mark or not fields.value("kept")
        else {},
    }
    return request.page("access/sign-in.html", context)


def sign_in(request: ConsoleRequest) -> Response:
    """Check address and password; the same answer, after the same time, for unknown addresses."""
    form = request.read(SignIn)
    member = by_password(request, form.email, form.password, WRONG)
    if member.totp_secret:
        half = sign(request, HALF_SIGN_IN, str(member.id))
        fields = request.fields(half=half, next=form.next, kept=form.kept)
        return request.page("access/code.html", {"form": fields})
    return _signed_in(request, member, PasswordProof(), form)


def code_page(request: ConsoleRequest) -> Response:
    """The second form again; opened by itself it leads to the first."""
    if request.trouble is None:
        return request.redirect("/sign-in")
    return request.page("access/code.html", {"form": request.fields()})


def enter_code(request: ConsoleRequest) -> Response:
    """Check the code."""
    form = request.read(Code)
    number = int(read(request, HALF_SIGN_IN, form.half))
    with request.database.read() as session:
        member = store.by_id(session, number)
    return _signed_in(request, member, PasswordProof(code=form.code), form)


def sign_in_by_passkey(request: ConsoleRequest) -> Response:
    """Check the answer of a passkey."""
    answer = request.read(PasskeyAnswer)
    recognised = passkey_forms.recognise(request, answer)
    return _signed_in(request, recognised.member, recognised.proof, answer)


def sign_out(request: ConsoleRequest) -> Response:
    """End this session."""
    sessions.end(request.context, request.actor, request.member.session.id)
    response = request.redirect("/sign-in", "You are signed out.")
    request.state.cookies.end_session(response)
    return response


def _signed_in(
    request: ConsoleRequest,
    member: StaffMember,
    proof: Proof,
    form: SignIn | Code | PasskeyAnswer,
) -> Response:
    """To the wanted page, or on with what was being sent as the session ended."""
    response = begin_session(request, member, proof, path=safe_path(request, form.next))
    return resubmit_button(request, response, form.kept) if form.kept else response


ROUTES = [
    page("/sign-in", Access.PUBLIC, sign_in_page),
    form(
        "/sign-in",
        Access.PUBLIC,
        sign_in,
        again=sign_in_page,
        threads=Threads.SLOW,
        max_bytes=MAX_BYTES,
    ),
    page("/sign-in/code", Access.PUBLIC, code_page),
    form(
        "/sign-in/code",
        Access.PUBLIC,
        enter_code,
        again=code_page,
        max_bytes=MAX_BYTES,
    ),
    form(
        "/sign-in/passkey",
        Access.PUBLIC,
        sign_in_by_passkey,
        again=sign_in_page,
        max_bytes=MAX_BYTES,
    ),
    form("/sign-out", Access.SIGNED_IN, sign_out),
]
