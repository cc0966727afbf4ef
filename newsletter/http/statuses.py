"""Maps errors to HTTP statuses."""

from collections.abc import Sequence

from newsletter.errors import (
    Busy,
    Conflict,
    InvalidInput,
    NewsletterError,
    NotAllowed,
    ResourceNotFound,
    StorageError,
    TokenError,
    TooManyAttempts,
)

Statuses = Sequence[tuple[type[NewsletterError], int]]

# In order: the first class that matches.
STATUSES: Statuses = (
    (ResourceNotFound, 404),
    (TokenError, 400),
    (InvalidInput, 400),
    (Conflict, 409),
    (NotAllowed, 403),
    (StorageError, 503),
    (TooManyAttempts, 429),
    (Busy, 503),
)


def status_of(error: NewsletterError, own: Statuses = ()) -> int:
    """The status that an error is answered with.

    Args:
        own: statuses of a face's own errors, which go first.
    """
    return next((status for kind, status in (*own, *STATUSES) if isinstance(error, kind)), 500)
