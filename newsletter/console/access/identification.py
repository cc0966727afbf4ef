"""Finding out who somebody is, telling nobody whether an account exists; their new session."""

from dataclasses import dataclass

from starlette.responses import Response

from newsletter.actions import sessions
from newsletter.actions.sessions import Browser
from newsletter.console.access.browser import account_key, network_key
from newsletter.console.frame.cookies import new_token
from newsletter.console.frame.origins import origin_of
from newsletter.console.frame.presentation.forms import FormErrors, sentence
from newsletter.console.frame.request import ConsoleRequest
from newsletter.errors import InvalidInput
from newsletter.staff import store
from newsletter.staff.account_models import StaffLink, StaffMember
from newsletter.staff.sign_in import links, passwords
from newsletter.staff.sign_in.proofs import PasswordProof, Proof

WRONG = "The address or the password is not right. Nobody but you is told which."
NOT_YOURS = "This is not your password."


def link_in(request: ConsoleRequest, purpose: str) -> tuple[StaffLink, StaffMember]:
    """The one-time link in a page's address, and the staff member it is for.

    Args:
        purpose: what links of its kind are signed for.

    Raises:
        TokenError: the link was not made by this site, or is used.
    """
    number = links.number_in(request.context.signer(purpose), request.text("token"))
    with request.database.read() as session:
        link = links.usable(session, number, request.now)
        return link, store.by_id(session, link.member_id)


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One attempt to be recognised, and what its failure is counted by."""

    request: ConsoleRequest
    email: str

    @property
    def account(self) -> str:
        return account_key(self.request, self.email)

    def reserve(self) -> int:
        """Count it as failed, until it has not; its number.

        Raises:
            TooManyAttempts: too many have failed.
        """
        request = self.request
        return sessions.attempt(
            request.context, request.visitor, account=self.account, network=network_key(request)
        )

    def has_succeeded(self, number: int) -> None:
        """Count it no more."""
        sessions.refund(self.request.context, self.request.visitor, number)

    def count_failure(self, member: StaffMember | None) -> None:
        """Count and note a failure, of what cannot be guessed.

        Raises:
            TooManyAttempts: too many have failed.
        """
        self.reserve()
        self.has_failed(member)

    def has_failed(self, member: StaffMember | None) -> None:
        """Note a failure."""
        number = member.id if member is not None else None
        sessions.refuse(self.request.context, self.request.visitor, number)


def by_password(request: ConsoleRequest, email: str, password: str, wrong: str) -> StaffMember:
    """The member with this address and password; as slow where there is none.

    Raises:
        TooManyAttempts: too many attempts have failed.
        FormErrors: they are not right, in the words of `wrong`.
    """
    attempt = Attempt(request=request, email=email)
    number = attempt.reserve()
    with request.database.read() as session:
        member = store.by_email(session, email)
    stored = member.password_hash if member is not None and member.is_active else ""
    is_right = passwords.is_right(password, stored)
    if not is_right or member is None:
        attempt.has_failed(member)
        raise FormErrors({"password": wrong}, "That was not right.")
    attempt.has_succeeded(number)
    return member


def hashed_choice(password: str, *others: str) -> str:
    """The hash of a password somebody chooses.

    Args:
        others: what it may not be.

    Raises:
        FormErrors: it may not be chosen.
    """
    try:
        passwords.check_choice(password, *others)
    except InvalidInput as error:
        raise FormErrors({"password": sentence(str(error))}) from error
    return passwords.hashed(password)


def begin_session(
    request: ConsoleRequest, member: StaffMember, proof: Proof, *, path: str, message: str = ""
) -> Response:
    """Sign in with a new session, and go on to a page.

    A session that was there before is another one: what somebody may have planted is worth nothing.

    Raises:
        TooManyAttempts: too many codes were wrong.
        FormErrors: the code is wrong or used.
    """
    attempt = Attempt(request=request, email=member.email)
    if isinstance(proof, PasswordProof):
        attempt.reserve()
    token = new_token()
    origin = origin_of(request.http)
    browser = Browser(
        token_hash=store.hash_token(token), device=origin.device, network=origin.network
    )
    try:
        sessions.begin(
            request.context, request.visitor, member.id, browser, proof, account=attempt.account
        )
    except InvalidInput as error:
        attempt.has_failed(member)
        raise FormErrors({"code": sentence(str(error))}, "That was not right.") from error
    response = request.redirect(path, message)
    request.state.cookies.set_session(response, token)
    return response
