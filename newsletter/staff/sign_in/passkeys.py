"""Passkeys (WebAuthn, level 2): what the browser is asked, and whether its answer is right."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from newsletter.errors import InvalidInput
from newsletter.staff.account_models import StaffMember, StaffPasskey

NOT_RIGHT = "the passkey was not accepted; try again, or use another way to sign in"


@dataclass(frozen=True, kw_only=True)
class RelyingParty:
    """The site, as browsers and authenticators know it."""

    base_url: str
    name: str

    @property
    def id(self) -> str:
        return urlsplit(self.base_url).hostname or ""

    @property
    def origin(self) -> str:
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, kw_only=True)
class NewPasskey:
    """A passkey that a browser has made."""

    credential_id: str
    public_key: bytes
    sign_count: int


def to_register(
    party: RelyingParty, member: StaffMember, registered: Sequence[StaffPasskey], challenge: bytes
) -> str:
    """What the browser is asked to make a passkey by, as JSON."""
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_name=member.email,
        user_id=f"staff {member.id}".encode(),
        user_display_name=member.name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential_id))
            for one in registered
        ],
    )
    return str(webauthn.options_to_json(options))


def registered(party: RelyingParty, answer: str, challenge: bytes) -> NewPasskey:
    """The passkey of a browser's answer.

    Raises:
        InvalidInput: it is not right.
    """
    try:
        registration = webauthn.verify_registration_response(
            credential=_parsed(answer),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise InvalidInput(NOT_RIGHT) from error
    return NewPasskey(
        credential_id=bytes_to_base64url(registration.credential_id),
        public_key=registration.credential_public_key,
        sign_count=registration.sign_count,
    )


def to_sign_in(party: RelyingParty, challenge: bytes) -> str:
    """What the browser is asked to sign in by, as JSON; whose passkey it is shows its answer."""
    options = webauthn.generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return str(webauthn.options_to_json(options))


def credential_in(answer: str) -> str:
    """The id of the passkey that an answer is of, unchecked.

    Raises:
        InvalidInput: it is no answer.
    """
    return str(_parsed(answer).get("id", ""))


def new_count(party: RelyingParty, answer: str, challenge: bytes, passkey: StaffPasskey) -> int:
    """Check the answer of a passkey; how often it was used.

    Raises:
        InvalidInput: it is not right.
    """
    try:
        authentication = webauthn.verify_authentication_response(
            credential=_parsed(answer),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise InvalidInput(NOT_RIGHT) from error
    return authentication.new_sign_count


def _parsed(answer: str) -> dict[str, Any]:
    try:
        fields = json.loads(answer)
    except ValueError as error:
        raise InvalidInput(NOT_RIGHT) from error
    if not isinstance(fields, dict):
        raise InvalidInput(NOT_RIGHT)
    return fields
