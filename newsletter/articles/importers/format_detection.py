"""Detection of a format: by option, else suffix and content; of what has an address, in this order:

1. how the content begins, where only one format begins so: servers send feeds as text/html;
2. the Content-Type, where it names a format: text/plain and application/octet-stream name none;
3. the suffix of the address's path;
4. the rest of the content.
"""

from email.message import Message
from pathlib import PurePath
from typing import Final
from urllib.parse import urlsplit

from newsletter.articles.importers import (
    archives,
    feed,
    ghost,
    html,
    mails,
    markdown,
    table,
    text,
    word,
    wordpress,
)
from newsletter.articles.importers.base import ImportContext, Importer, Unreadable
from newsletter.articles.importers.jsonfeed import is_json_feed
from newsletter.articles.importers.values.decoding import decode, in_utf8

FORMATS: Final[dict[str, Importer]] = {
    "text": text.read,
    "markdown": markdown.read,
    "html": html.read,
    "csv": table.read_csv,
    "json": table.read_json,
    "feed": feed.read,
    "wordpress": wordpress.read,
    "ghost": ghost.read,
    "word": word.read,
    "mail": mails.read,
    "archive": archives.read,
}
SUFFIXES: Final = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".htm": "html",
    ".html": "html",
    ".xhtml": "html",
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".xml": "feed",
    ".rss": "feed",
    ".atom": "feed",
    ".rdf": "feed",
    ".wxr": "feed",
    ".docx": "word",
    ".eml": "mail",
    ".mbox": "mail",
    ".zip": "archive",
}
# IANA's media types, and those in use before.
MEDIA_TYPES: Final = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/markdown": "markdown",
    "text/x-markdown": "markdown",
    "text/csv": "csv",
    "application/csv": "csv",
    "text/tab-separated-values": "csv",
    "application/json": "json",
    "application/feed+json": "json",
    "application/x-ndjson": "json",
    "application/jsonl": "json",
    "application/xml": "feed",
    "text/xml": "feed",
    "application/rss+xml": "feed",
    "application/atom+xml": "feed",
    "application/rdf+xml": "feed",
    "message/rfc822": "mail",
    "application/mbox": "mail",
}
MEND = f"name its format: {', '.join(FORMATS)}"


def is_article_file(name: str) -> bool:
    """Whether an importer has this suffix."""
    return PurePath(name).suffix.lower() in SUFFIXES


def detect_importer(
    content: bytes,
    name: str,
    context: ImportContext,
    wanted: str = "",
    content_type: str = "",
) -> Importer:
    """The importer for a file, or for what an address gave.

    Args:
        wanted: one of `FORMATS`, or empty.
        content_type: as the server states it; empty: nobody does.

    Raises:
        Unreadable: the format cannot be detected.
    """
    if wanted:
        return FORMATS[wanted]
    if "://" in name:
        form = _by_beginning(content) or _by_type(content_type) or _by_suffix(urlsplit(name).path)
    else:
        form = _by_suffix(name)
    form = form or _sniffed(content, context)
    if form == "feed" and wordpress.is_export(content):
        form = "wordpress"
    if form == "json" and ghost.is_export(content[:100_000].decode("utf-8", "replace")):
        form = "ghost"
    if form == "json" and is_json_feed(content.decode("utf-8", "replace")):
        form = "feed"
    return FORMATS[form]


def _by_suffix(path: str) -> str:
    return SUFFIXES.get(PurePath(path).suffix.lower(), "")


def _by_type(content_type: str) -> str:
    return MEDIA_TYPES.get(_header(content_type).get_content_type(), "")


def _header(content_type: str) -> Message:
    header = Message()
    header["Content-Type"] = content_type
    return header


def in_stated_encoding(content: bytes, content_type: str) -> bytes:
    """A text that declares no encoding as UTF-8, by the charset that its server states."""
    charset = str(_header(content_type).get_content_charset() or "")
    if not charset or archives.is_zip(content) or html.declared_in(content):
        return content
    return in_utf8(content, charset)


def _by_beginning(content: bytes) -> str:
    """The only format that begins so; empty if there are several."""
    if archives.is_zip(content):
        return "word" if word.is_document(content) else "archive"
    if mails.is_mailbox(content):
        return "mail"
    head = _head(content)
    if head.startswith(("<!doctype html", "<html")) or ("<html" in head and head[0] == "<"):
        return "html"
    return "feed" if head.startswith(("<?xml", "<rss", "<feed", "<rdf")) else ""


def _words(content: bytes) -> str:
    return decode(content, html.declared_in(content)).lstrip()


def _head(content: bytes) -> str:
    return _words(content)[:2000].lower()


def _sniffed(content: bytes, context: ImportContext) -> str:
    if form := _by_beginning(content):
        return form
    if mails.is_mail(content):
        return "mail"
    head = _head(content)
    if head.startswith("<!--"):
        return "feed"
    if head[0] in "{[":
        return "json"
    if head.startswith(("---\n", "+++\n")):
        return "markdown"
    if text.has_date_line(_words(content)[:4000], context.zone):
        return "text"
    if "title" in head.partition("\n")[0] and any(mark in head for mark in table.DELIMITERS):
        return "csv"
    raise Unreadable("its format cannot be told from its content", MEND)
