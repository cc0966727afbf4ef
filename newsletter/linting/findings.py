"""What the check of a mail found, and the mail as it is checked."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from html import unescape
from urllib.parse import unquote


class Severity(StrEnum):
    """What a finding does."""

    ERROR = "error"  # stops the edition
    WARNING = "warning"  # is shown in the preview


class Rule(StrEnum):
    """What is looked for; [lint] ignore names these."""

    IMPRINT = "imprint"  # who promotes the material, on whose behalf, with addresses
    UNSUBSCRIBE = "unsubscribe"  # the way to leave
    EMPTY = "empty"  # a subject, an HTML part and a text part with words in them
    UNRENDERED = "unrendered"  # placeholders that were not filled in
    RELATIVE_LINK = "relative-link"  # addresses that mean nothing outside their page
    DEAD_LINK = "dead-link"  # addresses where nothing is
    ALT = "alt"  # words for those who see no picture
    SIZE = "size"  # more HTML than Gmail shows
    SHORTENED = "shortened"  # what the digest left out by itself
    PICTURES = "pictures"  # no width, no words around them, or not shown by Gmail
    SPAM = "spam"  # what filters dislike
    DOMAIN = "domain"  # SPF, DKIM and DMARC of the From address


_ADDRESS = re.compile(r'\s(?:href|src)="([^"]*)"')
_PICTURE = re.compile(r'<img(?:\s+[a-z-]+="[^"]*")*\s*/?>')
_ALT = re.compile(r"\salt=")

# The law asks for these: no configuration passes over them.
ALWAYS = frozenset({Rule.IMPRINT, Rule.UNSUBSCRIBE})


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong or doubtful, with its mend."""

    rule: Rule
    severity: Severity
    message: str


@dataclass(frozen=True)
class QuotedArticle:
    """An article that a mail tells: imported or polled, so its faults are not the sender's."""

    title: str
    html: str
    """Its body as stored."""
    addresses: tuple[str, ...] = ()
    """Of its page and its picture."""

    @cached_property
    def known(self) -> frozenset[str]:
        """Every address in it, comparable."""
        inside = (unescape(found) for found in _ADDRESS.findall(self.html))
        return frozenset(comparable(address) for address in (*self.addresses, *inside))

    @cached_property
    def pictures(self) -> frozenset[str]:
        """The addresses of the pictures in its body, comparable."""
        return frozenset(_sources(_PICTURE.findall(self.html)))

    @cached_property
    def undescribed(self) -> frozenset[str]:
        """The addresses of its pictures that have no alt at all, comparable."""
        pictures = (tag for tag in _PICTURE.findall(self.html) if not _ALT.search(tag))
        return frozenset(_sources(pictures))


@dataclass(frozen=True, kw_only=True)
class CheckedMail:
    """A mail as a reader gets it, personal places filled in."""

    subject: str
    html: str
    text: str
    imprint: tuple[str, ...]
    """The names and addresses that must stand in it."""
    unsubscribe_base: str
    """What every address to leave begins with."""
    articles: Sequence[QuotedArticle] = ()
    """What of it was written elsewhere; empty: all of it is the administrator's own message."""
    placeholder: str = ""
    """What each of our own placeholders begins with."""
    html_bytes: int = 0
    """The HTML part as it leaves, encoded."""
    left_out: str = ""
    mail_bytes: int = 0
    """All of it, as it leaves."""
    pictures_left: tuple[str, ...] = ()
    """Pictures that were to be parts of the mail and could not, with the reason."""

    def article_with(self, address: str) -> QuotedArticle | None:
        """The article that an address comes from; None where it is the sender's own."""
        known = comparable(address)
        return next((article for article in self.articles if known in article.known), None)


def _sources(pictures: Iterable[str]) -> Iterable[str]:
    return (comparable(unescape(found)) for tag in pictures for found in _ADDRESS.findall(tag))


def comparable(address: str) -> str:
    """An address however it is percent-encoded, without the part after "#"."""
    return unquote(address.strip()).partition("#")[0].rstrip("/")


def error(rule: Rule, message: str) -> Finding:
    return Finding(rule=rule, severity=Severity.ERROR, message=message)


def warning(rule: Rule, message: str) -> Finding:
    return Finding(rule=rule, severity=Severity.WARNING, message=message)


def finding_for(rule: Rule, message: str, article: QuotedArticle | None) -> Finding:
    """An error where the fault is the sender's own, a warning with its place in an article."""
    if article is None:
        return error(rule, message)
    return warning(rule, f"{message} (in “{article.title}”)")


def errors_of(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity is Severity.ERROR]
