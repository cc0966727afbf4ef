"""Findings of the checks, and the mail as their input."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from html import unescape
from urllib.parse import unquote


class Severity(StrEnum):
    """The effect of a finding."""

    ERROR = "error"  # stops the edition
    WARNING = "warning"  # is shown in the preview


class Rule(StrEnum):
    """The rules, by their names in [lint] ignore."""

    IMPRINT = "imprint"  # promoter, and on whose behalf, with addresses
    UNSUBSCRIBE = "unsubscribe"  # unsubscribe link
    EMPTY = "empty"  # a subject, an HTML part and a text part with words in them
    UNRENDERED = "unrendered"  # placeholders that were not filled in
    RELATIVE_LINK = "relative-link"  # relative URLs
    DEAD_LINK = "dead-link"  # broken URLs
    ALT = "alt"  # alternative text
    SIZE = "size"  # more HTML than Gmail shows
    SHORTENED = "shortened"  # content that was left out to fit
    PICTURES = "pictures"  # no width, no words around them, or not shown by Gmail
    SPAM = "spam"  # common spam filter triggers
    DOMAIN = "domain"  # SPF, DKIM and DMARC of the From address


_ADDRESS = re.compile(r'\s(?:href|src)="([^"]*)"')
_PICTURE = re.compile(r'<img(?:\s+[a-z-]+="[^"]*")*\s*/?>')
_ALT = re.compile(r"\salt=")

# Required by law: cannot be ignored.
ALWAYS = frozenset({Rule.IMPRINT, Rule.UNSUBSCRIBE})


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One problem, with its fix."""

    rule: Rule
    severity: Severity
    message: str


@dataclass(frozen=True)
class QuotedArticle:
    """An imported or polled article in a mail: its faults are not the sender's."""

    title: str
    html: str
    """Its body as stored."""
    addresses: tuple[str, ...] = ()
    """URLs of its page and picture."""

    @cached_property
    def known(self) -> frozenset[str]:
        """All its URLs, normalised."""
        inside = (unescape(address) for address in _ADDRESS.findall(self.html))
        return frozenset(normalised_url(address) for address in (*self.addresses, *inside))

    @cached_property
    def pictures(self) -> frozenset[str]:
        """The URLs of pictures in its body, normalised."""
        return frozenset(_sources(_PICTURE.findall(self.html)))

    @cached_property
    def without_alt(self) -> frozenset[str]:
        """The URLs of its pictures without alt, normalised."""
        pictures = (tag for tag in _PICTURE.findall(self.html) if not _ALT.search(tag))
        return frozenset(_sources(pictures))


@dataclass(frozen=True, kw_only=True)
class CheckedMail:
    """A mail as a subscriber gets it, personal values filled in."""

    subject: str
    html: str
    text: str
    imprint: tuple[str, ...]
    """The required names and postal addresses."""
    unsubscribe_base: str
    """The prefix of every unsubscribe URL."""
    articles: Sequence[QuotedArticle] = ()
    """The articles in it; empty: all of it is the administrator's own message."""
    uploads: str = ""
    """The prefix of the URLs of pictures uploaded here, which somebody can still describe."""
    placeholder: str = ""
    """The prefix of our own placeholders."""
    html_bytes: int = 0
    """Encoded size of the HTML part."""
    left_out: str = ""
    mail_bytes: int = 0
    """Encoded size of the whole mail."""
    pictures_left: tuple[str, ...] = ()
    """Pictures that could not be embedded, with the reason."""

    def article_with(self, address: str) -> QuotedArticle | None:
        """The article that a URL comes from; None if it is the sender's own."""
        normalised = normalised_url(address)
        return next((article for article in self.articles if normalised in article.known), None)


def _sources(pictures: Iterable[str]) -> Iterable[str]:
    return (
        normalised_url(unescape(address)) for tag in pictures for address in _ADDRESS.findall(tag)
    )


def normalised_url(address: str) -> str:
    """The URL with normalised percent-encoding, without the fragment."""
    return unquote(address.strip()).partition("#")[0].rstrip("/")


def error(rule: Rule, message: str) -> Finding:
    return Finding(rule=rule, severity=Severity.ERROR, message=message)


def warning(rule: Rule, message: str) -> Finding:
    return Finding(rule=rule, severity=Severity.WARNING, message=message)


def finding_for(rule: Rule, message: str, article: QuotedArticle | None) -> Finding:
    """An error in the sender's own content, a warning naming the article otherwise."""
    if article is None:
        return error(rule, message)
    return warning(rule, f"{message} (in “{article.title}”)")


def errors_of(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity is Severity.ERROR]
