"""Re-authentication before sending, exporting and changing staff."""

from pydantic import BaseModel
from starlette.responses import Response

from newsletter.actions import sessions
from newsletter.console.access import passkey_forms
from newsletter.console.access.browser import safe_path
from newsletter.console.access.identification import NOT_YOURS, Attempt, by_password
from newsletter.console.access.passkey_forms import PasskeyAnswer
from newsletter.console.access.resubmission import ResubmissionForm
from newsletter.console.access.sign_in import MAX_BYTES
from newsletter.console.frame.presentation.forms import FormErrors, sentence
from newsletter.console.frame.request import ConsoleRequest
from newsletter.console.frame.routes import Access, Threads, form, page
from newsletter.console.frame.saved_forms import mark_of, send_on
from newsletter.errors import InvalidInput
from newsletter.staff import store
from newsletter.staff.sign_in.proofs import PasswordProof, Proof


class ReauthenticationForm(BaseModel):
    """The form."""

    password: str = ""
    code: str = ""
    next: str = ""
    kept: str = ""


def reauthentication_page(request: ConsoleRequest) -> Response:
    """The form: password and code, or a passkey."""
    member = request.member.member
    with request.database.read() as session:
        has_passkey = bool(store.passkeys_of(session, member.id))
    fields = request.fields(next=request.query.get("next", ""), kept=request.kept)
    context = {
        "form": fields,
        "kept_mark": mark_of(fields.value("kept")),
        "providers": {} if member.totp_secret else request.config.console.providers,
        "has_code": bool(member.totp_secret),
        "has_password": bool(member.password_hash),
        "passkey": passkey_forms.question(request) if has_passkey else None,
    }
    return request.page("access/reauthentication.html", context)


def reauthenticate(request: ConsoleRequest) -> Response:
    """Check the password, and the code that goes with it."""
    form, member = request.read(ReauthenticationForm), request.member.member
    by_password(request, member.email, form.password, NOT_YOURS)
    return _reauthenticated(request, PasswordProof(code=form.code), form)


def reauthenticate_by_passkey(request: ConsoleRequest) -> Response:
    """Check the answer of a passkey of one's own."""
    answer = request.read(PasskeyAnswer)
    return _reauthenticated(request, passkey_forms.recognise(request, answer).proof, answer)


def resubmit_after_proof(request: ConsoleRequest) -> Response:
    """Send what was kept on, by a press after the way back from a provider."""
    return send_on(request, request.read(ResubmissionForm).kept)


def _reauthenticated(
    request: ConsoleRequest, proof: Proof, form: ReauthenticationForm | PasskeyAnswer
) -> Response:
    member = request.member.member
    attempt = Attempt(request=request, email=member.email)
    number = attempt.reserve() if isinstance(proof, PasswordProof) else None
    try:
        sessions.prove(request.context, request.actor, request.member.session.id, proof)
    except InvalidInput as error:
        attempt.has_failed(member)
        raise FormErrors({"code": sentence(str(error))}, "That was not right.") from error
    if number is not None:
        attempt.has_succeeded(number)
    if form.kept:
        return send_on(request, form.kept)
    return request.redirect(safe_path(request, form.next))


ROUTES = [
    page("/prove", Access.SIGNED_IN, reauthentication_page),
    form(
        "/prove",
        Access.SIGNED_IN,
        reauthenticate,
        again=reauthentication_page,
        threads=Threads.SLOW,
        max_bytes=MAX_BYTES,
    ),
    form(
        "/prove/passkey",
        Access.SIGNED_IN,
        reauthenticate_by_passkey,
        again=reauthentication_page,
        max_bytes=MAX_BYTES,
    ),
    form(
        "/prove/do-it",
        Access.SIGNED_IN,
        resubmit_after_proof,
        threads=Threads.SLOW,
        needs_proof=True,
        max_bytes=MAX_BYTES,
    ),
]
