"""Detection of a file's format: by option, suffix or content."""

from pathlib import PurePath
from typing import Final

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
from newsletter.articles.importers.values.decoding import decode

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
MEND = f"name its format: {', '.join(FORMATS)}"


def is_article_file(name: str) -> bool:
    """Whether an importer has this suffix."""
    return PurePath(name).suffix.lower() in SUFFIXES


def detect_importer(
    content: bytes, name: str, context: ImportContext, wanted: str = ""
) -> Importer:
    """The importer for a file.

    Args:
        wanted: one of `FORMATS`, or empty.

    Raises:
        Unreadable: the format cannot be detected.
    """
    if wanted:
        return FORMATS[wanted]
    form = SUFFIXES.get(PurePath(name).suffix.lower()) if "://" not in name else None
    if form is None:
        form = _sniffed(content, context)
    if form == "feed" and wordpress.is_export(content):
        form = "wordpress"
    if form == "json" and ghost.is_export(content[:100_000].decode("utf-8", "replace")):
        form = "ghost"
    if form == "json" and is_json_feed(content.decode("utf-8", "replace")):
        form = "feed"
    return FORMATS[form]


def _sniffed(content: bytes, context: ImportContext) -> str:
    if archives.is_zip(content):
        return "word" if word.is_document(content) else "archive"
    if mails.is_mailbox(content) or mails.is_mail(content):
        return "mail"
    words = decode(content, html.declared_in(content)).lstrip()
    head = words[:2000].lower()
    if head.startswith(("<!doctype html", "<html")) or ("<html" in head and head[0] == "<"):
        return "html"
    if head.startswith(("<?xml", "<rss", "<feed", "<rdf", "<!--")):
        return "feed"
    if head[0] in "{[":
        return "json"
    if head.startswith(("---\n", "+++\n")):
        return "markdown"
    if text.has_date_line(words[:4000], context.zone):
        return "text"
    if "title" in head.partition("\n")[0] and any(mark in head for mark in table.DELIMITERS):
        return "csv"
    raise Unreadable("its format cannot be told from its content", MEND)
