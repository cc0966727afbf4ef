"""The error hierarchy. A message names the object, what is wrong, and how to fix it.

HTTP statuses are decided in `newsletter.web`, exit codes in `newsletter.cli`.
"""


class NewsletterError(Exception):
    """Base of all errors with a message for users."""


class ConfigurationError(NewsletterError):
    """The configuration is invalid; not a sending error, so that no lenient `except` hides it."""


class InvalidInput(NewsletterError):
    """Input of a user or file is invalid."""


class ResourceNotFound(NewsletterError):
    """The named object does not exist."""


class Conflict(NewsletterError):
    """The object's state does not allow the operation."""


class NotAllowed(NewsletterError):
    """The actor lacks the permission; nothing was changed."""


class StorageError(NewsletterError):
    """The database or the disk failed."""


class Busy(NewsletterError):
    """Overloaded; try again later."""


class TooManyAttempts(Busy):
    """One client asks too often; others are served (429, RFC 6585)."""


class SendingRefused(NewsletterError):
    """Sending would break a rule (no imprint, no sender); nothing was sent."""


class SendingFailed(NewsletterError):
    """An edition cannot continue, after many refusals or an internal error; it is held."""


class TemplateError(NewsletterError):
    """A template is missing or invalid; the message names file and line."""


class FetchError(NewsletterError):
    """A URL could not, or must not, be fetched."""


class TokenError(NewsletterError):
    """A signed token is invalid: forged, truncated, or of another purpose."""


class TokenSpent(TokenError):
    """A genuine token that is no longer valid: expired, used, or of a test mail."""
