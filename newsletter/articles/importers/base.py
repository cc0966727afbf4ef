"""The contract of every importer, and the checks that all of them share.

An importer is a function `read(content, name, context)` that yields a `Record` for each article
and a `BadRecord` for each that cannot be used; it never raises for bad input. It does not
sanitise, store or fetch anything.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from html import escape, unescape
from typing import Protocol
from zoneinfo import ZoneInfo

from newsletter.articles.body.attachments import Attachment, with_links
from newsletter.articles.body.html_cleanup import clean_html
from newsletter.articles.body.sanitising import summary_of, text_of
from newsletter.articles.body.urls import absolute_address, without_controls
from newsletter.articles.importers.markup.bare_text import in_paragraphs
from newsletter.articles.models import ArticleStatus
from newsletter.config.options import Site
from newsletter.errors import InvalidInput

MAX_TITLE_LENGTH = 500
MAX_MADE_TITLE_LENGTH = 80
_INVISIBLE = re.compile(
    r"<(script|style)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL
)
_INLINE_TAG = re.compile(
    r"</?(?:a|abbr|b|bdi|br|cite|code|del|em|font|i|img|ins|mark|p|q|s|small|span|strong|sub|sup|tt|u|wbr)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
MAX_KEY_LENGTH = 500
# Of one article; each is decoded and encoded anew.
MAX_PICTURES = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportContext:
    """Site settings that importers need.

    Args:
        tag: `site.tag`, the authority of tag URIs; empty: derived from `base_url`.
        old_site: where the articles were published before, as the administrator says; paths such
            as `permalink: /2019/wall/` are addresses there. Empty: nowhere.
    """

    zone: ZoneInfo
    base_url: str
    tag: str = ""
    old_site: str = ""

    @classmethod
    def of(cls, site: Site) -> "ImportContext":
        return cls(zone=ZoneInfo(site.timezone), base_url=site.base_url, tag=site.tag)


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceSize:
    """Size of a body before anything is removed."""

    words: int = 0
    links: int = 0
    pictures: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordPicture:
    """A picture that came with a record and is not yet stored.

    Args:
        address: the `src` in the body, or the record's picture, that means it.
        load: reads it; raises Unreadable or OSError.
    """

    address: str
    name: str
    load: Callable[[], bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One article as its source has it; missing values are empty or None.

    Args:
        explicit_key: whether the source gave the key (a GUID, an id) or it is a file's name.
        other_keys: keys of the same entry while its id is shared with others, or no longer is.
        body_html: not yet sanitised.
        base_url: what relative addresses in the text are relative to; empty: its canonical
            address, else the site.
        published_at: aware UTC; None without a readable date.
        where: the place in the source, for messages.
        expires_at: when it is no longer public.
        title_is_enough: whether the title stands for a text that is not there, as in feeds.
        notes: assumptions made and content left out, with the reason, for the administrator.
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
    base_url: str = ""
    status: ArticleStatus | None = None
    updated_at: datetime | None = None
    expires_at: datetime | None = None
    other_keys: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    pictures: tuple[RecordPicture, ...] = ()
    title_is_enough: bool = False
    notes: tuple[str, ...] = ()
    came_in: SourceSize = SourceSize()


@dataclass(frozen=True, kw_only=True, slots=True)
class BadRecord:
    """An article that cannot be used: where it is, what is wrong, how to fix it.

    Args:
        is_cut: the source is truncated.
    """

    where: str
    what: str
    hint: str
    is_cut: bool = False

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.hint}"


Reading = Iterator[Record | BadRecord]


class Importer(Protocol):
    """Reads one format.

    Args:
        name: the file's path relative to the given name; its stem is the implicit key.
    """

    def __call__(self, content: bytes, name: str, context: ImportContext) -> Reading: ...


class Unreadable(InvalidInput):
    """Unusable input; becomes a `BadRecord` where its place is known."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(f"{what}; {hint}")
        self.what = what
        self.hint = hint


def attempt(where: str, build: Callable[[], Record]) -> Record | BadRecord:
    """The record, or a report of why there is none."""
    try:
        return build()
    except Unreadable as error:
        return BadRecord(where=where, what=error.what, hint=error.hint)
    except Exception as error:  # noqa: BLE001 - one bad record may not keep the others out
        return failure(error, where)


def attempt_all(where: str, build: Callable[[], Iterable[Record | BadRecord]]) -> Reading:
    """The records of a file that holds several; what ends its reading is reported last."""
    try:
        yield from build()
    except Unreadable as error:
        yield BadRecord(where=where, what=error.what, hint=error.hint)
    except Exception as error:  # noqa: BLE001 - nothing in a file may end an import
        yield failure(error, where)


def failure(error: Exception, where: str) -> BadRecord:
    """The report of an unexpected exception in an importer."""
    return BadRecord(
        where=where,
        what=f"it cannot be read ({type(error).__name__}: {str(error)[:200]})",
        hint="leave it out, and please report this",
    )


def checked(record: Record, context: ImportContext) -> Record:
    """The record with its texts cleaned and its URLs absolute; removals are noted.

    Raises:
        Unreadable: neither title, text, link nor picture.
    """
    notes = list(record.notes)
    canonical = _canonical(record.canonical_url, context, notes)
    base = _base(record, canonical, context)
    attachments = tuple(
        replace(one, url=url) for one in record.attachments if (url := _address(one.url, base))
    )
    mended = clean_html(without_controls(record.body_html))
    body = with_links(in_paragraphs(mended.html.strip()), attachments)
    image = _address(record.image_url, base)
    link = canonical or next((one.url for one in attachments), image)
    title = _title(record.title, body, link, notes)
    return replace(
        record,
        attachments=attachments,
        source_key=_key(record.source_key),
        title=title,
        body_html=body or _stand_in(replace(record, title=title), link),
        summary=one_line(plain(record.summary)),
        author=one_line(record.author),
        topics=_topics(record.topics),
        base_url=base,
        canonical_url=canonical,
        image_url=image,
        notes=(*notes, *mended.notes),
        came_in=_counted(record.body_html),
    )


def _counted(html: str) -> SourceSize:
    words = _INVISIBLE.sub(" ", html)
    return SourceSize(
        words=len(re.findall(r"\w+", unescape(re.sub("<[^<>]*>", " ", words)))),
        links=len(re.findall(r"<a\s", html)),
        pictures=len(re.findall(r"<img\s", html)),
    )


def _canonical(written: str, context: ImportContext, notes: list[str]) -> str:
    """The URL of first publication; a bare path is resolved against the configured old site."""
    written = written.strip()
    if not written or "://" in written or written.startswith("//"):
        return _address(written, context.base_url)
    if context.old_site:
        return _address(written, context.old_site)
    notes.append(f"the address {written[:80]!r} is only a path and was left out")
    return ""


def _base(record: Record, canonical: str, context: ImportContext) -> str:
    home = canonical or context.old_site or context.base_url
    return _address(record.base_url, home) or canonical or f"{home}/"


def _title(written: str, body: str, link: str, notes: list[str]) -> str:
    """The title; else the first words of the body; else the address that it links to."""
    title = one_line(plain(written))
    if not title and (title := summary_of(text_of(body), MAX_MADE_TITLE_LENGTH)):
        notes.append("without a title: its first words were taken")
    if not title and (title := link.partition("://")[2].rstrip("/")[:MAX_MADE_TITLE_LENGTH]):
        notes.append("without title and text: its address was taken")
    if not title:
        raise Unreadable("there is neither title nor text", "write both")
    if len(title) > MAX_TITLE_LENGTH:
        notes.append(f"the title has {len(title)} characters and was shortened")
        title = summary_of(title, MAX_TITLE_LENGTH)
    return title


def plain(text: str) -> str:
    """A line of text from a source that may have meant HTML: entities and tags resolved."""
    text = _INLINE_TAG.sub("", text)
    return unescape(text) if "&" in text else text


def one_line(text: str) -> str:
    return " ".join(without_controls(text).split())


def checked_title(text: str) -> str:
    """The title on one line.

    Raises:
        Unreadable: empty, or longer than `MAX_TITLE_LENGTH`.
    """
    title = one_line(text)
    if not title:
        raise Unreadable("there is no title", "give it one")
    if len(title) > MAX_TITLE_LENGTH:
        raise Unreadable(
            f"the title has {len(title)} characters", f"shorten it to {MAX_TITLE_LENGTH} at most"
        )
    return title


def _key(key: str) -> str:
    """The key, or its hash if it is too long for the database index."""
    key = one_line(key)
    return key if len(key) <= MAX_KEY_LENGTH else f"sha256:{sha256(key.encode()).hexdigest()}"


def _stand_in(record: Record, link: str) -> str:
    if html := stand_in_body(record, link):
        return html
    raise Unreadable("there is no text below the title", "write the article's text")


def stand_in_body(record: Record, link: str) -> str:
    """The body of a record without text: a link to it, else its title if that is enough."""
    title = escape(record.title)
    if link:
        return f'<p><a href="{escape(link)}">{title}</a></p>'
    return f"<p>{title}</p>" if record.title_is_enough else ""


def _topics(names: tuple[str, ...] | None) -> tuple[str, ...] | None:
    if names is None:
        return None
    return tuple(dict.fromkeys(name for name in map(one_line, names) if name))


def _address(address: str, base: str) -> str:
    return absolute_address(address, base + "/") or "" if address.strip() else ""
