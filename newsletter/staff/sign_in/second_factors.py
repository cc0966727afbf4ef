"""Second factors: codes of an authenticator (RFC 6238), and recovery codes on paper."""

import hmac
import secrets
from base64 import urlsafe_b64encode
from datetime import datetime

import pyotp
from cryptography.fernet import Fernet, InvalidToken

from newsletter.errors import ConfigurationError
from newsletter.tokens.signing import derive_key, keyed_hash

STEP_SECONDS = 30
# Clocks of telephones may be half a minute off (RFC 6238, section 5.2).
STEPS_AROUND = (0, -1, 1)
RECOVERY_CODES = 10
# No letters or digits that look alike.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def new_secret() -> str:
    """A secret for an authenticator, in base32."""
    return pyotp.random_base32()


def address_of(secret: str, email: str, site: str) -> str:
    """What the QR code says: otpauth://totp/…"""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=site)


def step_of(secret: str, code: str, now: datetime, *, after: int | None) -> int | None:
    """The time step that a code is of; None where it is wrong or used already.

    Args:
        after: the last step that was used.
    """
    totp, current = pyotp.TOTP(secret), int(now.timestamp()) // STEP_SECONDS
    for step in (current + around for around in STEPS_AROUND):
        is_right = hmac.compare_digest(totp.at(step * STEP_SECONDS).encode(), code.encode())
        if is_right and (after is None or step > after):
            return step
    return None


def sealed(site_secret: str, secret: str) -> str:
    """An authenticator's secret as it is stored."""
    return _vault(site_secret).encrypt(secret.encode()).decode()


def opened(site_secret: str, stored: str) -> str:
    """
    Raises:
        ConfigurationError: site.secret_key has changed since.
    """
    try:
        return _vault(site_secret).decrypt(stored.encode()).decode()
    except InvalidToken as error:
        raise ConfigurationError(
            "the secret of an authenticator cannot be read: site.secret_key has changed; "
            "`newsletter staff reset` removes the authenticator"
        ) from error


def new_recovery_codes() -> list[str]:
    """Codes to be printed: "k7mp-2xqr"."""
    return [f"{_letters()}-{_letters()}" for _ in range(RECOVERY_CODES)]


def hash_recovery_code(site_secret: str, code: str) -> str:
    """What is stored of a recovery code, however it was typed."""
    plain = "".join(letter for letter in code.lower() if letter in LETTERS)
    return keyed_hash(derive_key(site_secret, "recovery code"), plain)


def _letters() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(4))


def _vault(site_secret: str) -> Fernet:
    return Fernet(urlsafe_b64encode(derive_key(site_secret, "authenticator")))
