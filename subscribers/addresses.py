"""Mail addresses: checked, brought to one form, and hashed for the suppression list."""

from email_validator import EmailNotValidError, validate_email

from newsletter.errors import InvalidInput
from newsletter.signing import derive_key, keyed_hash


def normalise_address(text: str) -> str:
    """The address in the form it is kept: domain in lower-case ASCII (IDNA), NFC local part.

    Raises:
        InvalidInput: not an address that mail can be sent to.
    """
    try:
        found = validate_email(text.strip(), check_deliverability=False)
    except EmailNotValidError as error:
        raise InvalidInput(f"{text.strip()!r} is not a mail address: {error}") from error
    return f"{found.local_part}@{found.ascii_domain.lower()}"


def hash_address(secret: str, address: str) -> str:
    """The keyed hash by which an address is recognised on the suppression list.

    Upper and lower case are folded in the local part too: nobody who left as Ann@ should be
    mailed as ann@.
    """
    return keyed_hash(derive_key(secret, "suppression"), address.casefold())
