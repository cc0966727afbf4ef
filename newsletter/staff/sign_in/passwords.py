"""Passwords: hashed by argon2id, few at once, each with 64 MiB (RFC 9106, section 4)."""

from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from newsletter.errors import InvalidInput

SHORTEST = 12
LONGEST = 256
# 64 MiB each; more at once would only compete for memory and cores.
MAX_CONCURRENT = 2

_hasher = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)
_slots = BoundedSemaphore(MAX_CONCURRENT)
# Of no password: compared with where there is no account, so that both take the same time.
_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=1$bm9ib2R5IGF0IGFsbCEhIQ"
    "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)


def check_choice(password: str, *others: str) -> None:
    """Check that a password may be chosen.

    Args:
        others: what it may not be, such as the address.

    Raises:
        InvalidInput: too short, too long, or too easily guessed.
    """
    if len(password) < SHORTEST:
        raise InvalidInput(
            f"a password has at least {SHORTEST} characters; four random words are a good one"
        )
    if len(password) > LONGEST:
        raise InvalidInput(f"a password has at most {LONGEST} characters")
    if len(set(password)) < 5 or password.lower() in {other.lower() for other in others}:
        raise InvalidInput("this password is too easily guessed; four random words are a good one")


def hashed(password: str) -> str:
    with _slots:
        return _hasher.hash(password)


def is_right(password: str, stored: str) -> bool:
    """Whether a password has this hash; takes as long where there is none.

    Args:
        stored: empty where there is no such account, or none with a password.
    """
    if len(password) > LONGEST:
        return False
    with _slots:
        try:
            return _hasher.verify(stored or _NOBODY, password) and bool(stored)
        except (Argon2Error, InvalidHashError):
            return False
