"""The part of a page that signs in, or proves, by a passkey; its answer."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field

from newsletter.console.access.challenges import challenge_in, new_challenge, party
from newsletter.console.access.identification import Attempt
from newsletter.console.frame.request import ConsoleRequest
from newsletter.errors import InvalidInput
from newsletter.staff import store
from newsletter.staff.account_models import StaffMember
from newsletter.staff.sign_in import passkeys
from newsletter.staff.sign_in.proofs import PasskeyProof


class PasskeyAnswer(BaseModel):
    """What a browser sends."""

    challenge: str = Field(min_length=1, max_length=500)
    answer: str = Field(min_length=2, max_length=20_000)
    next: str = ""
    kept: str = ""


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """Whose passkey answered."""

    member: StaffMember
    proof: PasskeyProof


def question(request: ConsoleRequest) -> dict[str, Any]:
    """What the template needs to ask for a passkey."""
    challenge, token = new_challenge(request)
    return {"challenge": token, "options": passkeys.to_sign_in(party(request), challenge)}


def recognise(request: ConsoleRequest, answer: PasskeyAnswer) -> Recognised:
    """The member whose passkey answered rightly.

    A signature cannot be guessed: what is right is never refused, and what is wrong is counted.

    Raises:
        TooManyAttempts: it is not right, and too many were not.
        InvalidInput: it is not right.
        TokenError: the page was open for too long.
    """
    attempt = Attempt(request=request, email="by passkey")
    challenge = challenge_in(request, answer.challenge)
    with request.database.read() as session:
        passkey = store.passkey_by_credential(session, passkeys.credential_in(answer.answer))
        member = store.by_id(session, passkey.member_id) if passkey is not None else None
    if passkey is None or member is None or not member.is_active:
        attempt.count_failure(member)
        raise InvalidInput(passkeys.NOT_RIGHT)
    try:
        count = passkeys.new_count(party(request), answer.answer, challenge.value, passkey)
    except InvalidInput:
        attempt.count_failure(member)
        raise
    proof = PasskeyProof(passkey_id=passkey.id, sign_count=count, challenged_at=challenge.made_at)
    return Recognised(member=member, proof=proof)
