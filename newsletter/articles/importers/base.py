"""The contract of every importer, and the checks that all of them share.

An importer is a function `read(content, name, context)` that yields a `Record` for each article
and a `BadRecord` for each that cannot be used; it never raises for bad input. It does not
sanitise, store or fetch anything.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Protocol
from zoneinfo import ZoneInfo

from newsletter.articles.attachments import Attachment, with_links
from newsletter.articles.models import ArticleStatus
from newsletter.articles.sanitising import absolute_address, without_controls
from newsletter.config.options import Site
from newsletter.errors import InvalidInput

LONGEST_TITLE = 500
LONGEST_KEY = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportContext:
    """What an importer must know of the site.

    Args:
        tag: `site.tag`, the authority of permanent ids; empty: derived from `base_url`.
    """

    zone: ZoneInfo
    base_url: str
    tag: str = ""

    @classmethod
    def of(cls, site: Site) -> "ImportContext":
        return cls(zone=ZoneInfo(site.timezone), base_url=site.base_url, tag=site.tag)


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One article as its source tells it; what a source does not say is empty or None.

    Args:
        explicit_key: whether the source gave the key (a GUID, an id) or it is a file's name.
        body_html: not yet sanitised.
        published_at: aware UTC; None where the source has no date and need not have one.
        where: the place in the source, for messages.
    """

    source: str
    source_key: str
    explicit_key: bool
    title: str
    body_html: str
    published_at: datetime | None
    where: str
    summary: str = ""
    author: str = ""
    topics: tuple[str, ...] | None = None
    image_url: str = ""
    canonical_url: str = ""
    status: ArticleStatus | None = None
    updated_at: datetime | None = None
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class BadRecord:
    """An article that cannot be used: where it stands, what is wrong, how to mend it."""

    where: str
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.mend}"


Reading = Iterator[Record | BadRecord]


class Importer(Protocol):
    """Reads one format.

    Args:
        name: the file's path relative to what was named; its stem is the implicit key.
    """

    def __call__(self, content: bytes, name: str, context: ImportContext) -> Reading: ...


class Unreadable(InvalidInput):
    """Something in a source cannot be used; becomes a `BadRecord` where it is known where."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(f"{what}; {mend}")
        self.what = what
        self.mend = mend


def attempt(where: str, build: Callable[[], Record]) -> Record | BadRecord:
    """The record, or the report of why there is none."""
    try:
        return build()
    except Unreadable as error:
        return BadRecord(where=where, what=error.what, mend=error.mend)
    except Exception as error:  # noqa: BLE001 - one bad record may not keep the others out
        return failure(error, where)


def failure(error: Exception, where: str) -> BadRecord:
    """The report of a reader that failed on what it read."""
    return BadRecord(
        where=where,
        what=f"it cannot be read ({type(error).__name__}: {str(error)[:200]})",
        mend="leave it out, and please report this",
    )


def checked(record: Record, context: ImportContext) -> Record:
    """The record with its texts cleaned and its addresses absolute.

    Raises:
        Unreadable: no title, a title too long, or no body.
    """
    canonical = _address(record.canonical_url, context.base_url)
    base = canonical or context.base_url
    attachments = tuple(
        replace(one, url=url) for one in record.attachments if (url := _address(one.url, base))
    )
    return replace(
        record,
        attachments=attachments,
        source_key=_key(record.source_key),
        title=checked_title(record.title),
        body_html=with_links(_body(record.body_html), attachments),
        summary=one_line(record.summary),
        author=one_line(record.author),
        topics=_topics(record.topics),
        canonical_url=canonical,
        image_url=_address(record.image_url, base),
    )


def one_line(text: str) -> str:
    return " ".join(without_controls(text).split())


def checked_title(text: str) -> str:
    """The title on one line.

    Raises:
        Unreadable: empty, or longer than `LONGEST_TITLE`.
    """
    title = one_line(text)
    if not title:
        raise Unreadable("there is no title", "give it one")
    if len(title) > LONGEST_TITLE:
        raise Unreadable(
            f"the title has {len(title)} characters", f"shorten it to {LONGEST_TITLE} at most"
        )
    return title


def _key(key: str) -> str:
    """The key, or a hash of it where it is too long for the database's index."""
    key = one_line(key)
    return key if len(key) <= LONGEST_KEY else f"sha256:{sha256(key.encode()).hexdigest()}"


def _body(html: str) -> str:
    body = without_controls(html).strip()
    if not body:
        raise Unreadable("there is no text below the title", "write the article's text")
    return body


def _topics(names: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if names is None:
        return None
    return tuple(dict.fromkeys(name for name in map(one_line, names) if name))


def _address(address: str, base: str) -> str:
    return absolute_address(address, base + "/") or "" if address.strip() else ""
