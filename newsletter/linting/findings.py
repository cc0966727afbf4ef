"""What a look at a mail found, and the mail as it is looked at."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """What a finding does."""

    ERROR = "error"  # stops the edition
    WARNING = "warning"  # is shown in the preview


class Rule(StrEnum):
    """What is looked for; [lint] ignore names these."""

    IMPRINT = "imprint"  # who promotes the material, on whose behalf, with addresses
    UNSUBSCRIBE = "unsubscribe"  # the way to leave
    EMPTY = "empty"  # a subject, an HTML part and a text part with words in them
    UNRENDERED = "unrendered"  # template marks that reached the reader
    RELATIVE_LINK = "relative-link"  # addresses that mean nothing outside their page
    DEAD_LINK = "dead-link"  # addresses where nothing is
    ALT = "alt"  # words for those who see no picture
    SIZE = "size"  # more HTML than Gmail shows
    SHORTENED = "shortened"  # what the digest left out by itself
    PICTURES = "pictures"  # no width, no words around them, or not shown by Gmail
    SPAM = "spam"  # what filters dislike
    DOMAIN = "domain"  # SPF, DKIM and DMARC of the From address


# The law asks for these: no configuration passes over them.
ALWAYS = frozenset({Rule.IMPRINT, Rule.UNSUBSCRIBE})


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong or doubtful, with its mend."""

    rule: Rule
    severity: Severity
    message: str


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail as a reader gets it, personal places filled in."""

    subject: str
    html: str
    text: str
    imprint: tuple[str, ...]
    """The names and addresses that must stand in it."""
    unsubscribe_base: str
    """What every address to leave begins with."""
    left_out: str = ""
    mail_bytes: int = 0
    """All of it, as it leaves."""
    pictures_left: tuple[str, ...] = ()
    """Pictures that were to be parts of the mail and could not, with the reason."""


def error(rule: Rule, message: str) -> Finding:
    return Finding(rule=rule, severity=Severity.ERROR, message=message)


def warning(rule: Rule, message: str) -> Finding:
    return Finding(rule=rule, severity=Severity.WARNING, message=message)


def errors_of(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity is Severity.ERROR]
