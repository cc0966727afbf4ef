"""The one family of errors. A message names the object, what is wrong, and the mend.

HTTP statuses are decided in `newsletter.web`, exit codes in `newsletter.cli`.
"""


class NewsletterError(Exception):
    """Anything that a user of newsletter may be told."""


class ConfigurationError(NewsletterError):
    """The configuration is wrong; stands outside the sending errors: no except eats it."""


class InvalidInput(NewsletterError):
    """Something a person or a file gave cannot be used."""


class ResourceNotFound(NewsletterError):
    """The thing named does not exist."""


class Conflict(NewsletterError):
    """The thing exists, but its present state does not allow what was asked."""


class NotAllowed(NewsletterError):
    """Whoever asks may not do this; nothing was changed."""


class StorageError(NewsletterError):
    """The database or the disk did not do what was asked of it."""


class Busy(NewsletterError):
    """More is asked at once than can be done; later it can."""


class SendingRefused(NewsletterError):
    """Sending would break a rule (no imprint, no sender); nothing was sent."""


class SendingFailed(NewsletterError):
    """An edition cannot go on, by many refusals or by a fault of ours; it is held."""


class TemplateError(NewsletterError):
    """A template cannot be read or rendered; the message names file and line."""


class FetchError(NewsletterError):
    """An address on the network could not, or must not, be fetched."""


class TokenError(NewsletterError):
    """A signed token opens nothing: forged, cut, or of another purpose."""


class TokenSpent(TokenError):
    """A token of ours, whole, that opens nothing any more: too old, used up, of a test mail."""
