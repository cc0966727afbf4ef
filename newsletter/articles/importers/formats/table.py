"""Lists of articles: CSV, a JSON array or object, and JSON Lines."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from newsletter.articles.identity import fingerprint_of
from newsletter.articles.importers.base import (
    BadRecord,
    ImportContext,
    Reading,
    Record,
    Unreadable,
    attempt,
    attempt_all,
    checked,
)
from newsletter.articles.importers.format import Format, UnknownContent
from newsletter.articles.importers.formats.markdown import html_of
from newsletter.articles.importers.formats.text import paragraphs_of
from newsletter.articles.importers.markup.leftover_marks import (
    strip_bracketed,
    strip_marks,
    strip_tags,
)
from newsletter.articles.importers.markup.shortcodes import PostMedia
from newsletter.articles.importers.markup.template_tags import strip_template_tags
from newsletter.articles.importers.markup.wordpress_text import is_stored_post, render_post
from newsletter.articles.importers.values.date_order import DateOrder, has_ambiguous, order_of
from newsletter.articles.importers.values.decoding import decode
from newsletter.articles.importers.values.fields import Fields
from newsletter.articles.importers.values.file_names import draft_if_undated
from newsletter.articles.importers.values.json_values import parse_json

DELIMITERS = ",;\t|"
MAX_FIELD_BYTES = 64 * 1024 * 1024
HEADER_HINT = "the first line names the columns: id,title,date,topics,body"
JSON_HINT = 'write a list of articles: [{"title": …, "date": …, "body": …}]'
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def read_csv(content: bytes, name: str, context: ImportContext) -> Reading:
    """One article a row; the delimiter is the most frequent one in the header line."""
    return attempt_all(name, partial(_of_rows, content, name, context))


def _of_rows(content: bytes, name: str, context: ImportContext) -> Reading:
    text, delimiter = _without_separator_line(decode(content))
    order = _order_in(text, _rows(text, name, delimiter))
    for item in _rows(text, name, delimiter):
        yield item if isinstance(item, BadRecord) else _attempt(*item, context, order)


def _order_in(
    text: str, rows: Iterable[BadRecord | tuple[str, Mapping[str, Any]]]
) -> DateOrder | None:
    """The order of day and month in the dates of a file, looked for where it is needed."""
    if not has_ambiguous(text):
        return None
    return order_of(Fields(row[1]).find("date") for row in rows if not isinstance(row, BadRecord))


def _without_separator_line(text: str) -> tuple[str, str]:
    """The table, and the delimiter of a leading `sep=` line, an Excel convention."""
    match = re.match(r"\s*\"?sep=(.)\"?[ \t]*\n", text, re.IGNORECASE)
    return (text[match.end() :], match[1]) if match else (text, "")


def _rows(
    text: str, name: str, delimiter: str
) -> Iterator[BadRecord | tuple[str, Mapping[str, Any]]]:
    """Each row with its line number and its values by column."""
    csv.field_size_limit(MAX_FIELD_BYTES)
    reader = csv.reader(_lines(text), delimiter=delimiter or _delimiter(text), strict=True)
    header: list[str] = []
    line = 0
    try:
        for row in reader:
            where, line = f"{name}, line {line + 1}", reader.line_num
            if not any(cell.strip() for cell in row):
                continue
            if not header:
                header = _header(row)
            elif len(row) > len(header):
                yield BadRecord(
                    where=where,
                    what=f"the row has {len(row)} cells, the header {len(header)}",
                    hint="put quotation marks around cells that hold the delimiter",
                )
            else:
                yield where, dict(zip(header, row, strict=False))
    except csv.Error as error:
        yield BadRecord(
            where=f"{name}, line {line + 1}",
            what=f"the rest of the file cannot be read as CSV: {error}",
            hint='close every quotation mark, and double those inside a cell ("")',
        )


def _lines(text: str) -> Iterator[str]:
    """The lines with their ends; `io.StringIO` would take four bytes for each character."""
    start = 0
    while end := text.find("\n", start) + 1:
        yield text[start:end]
        start = end
    if text[start:]:
        yield text[start:]


def _delimiter(text: str) -> str:
    header = re.sub(r'"[^"]*"', "", text.lstrip("\n").partition("\n")[0])
    return max(DELIMITERS, key=header.count)


def _header(row: list[str]) -> list[str]:
    fields = Fields(dict.fromkeys(row, "x"))
    if fields.find("title") is None:
        raise Unreadable("there is no column 'title'", HEADER_HINT)
    return row


def read_json(content: bytes, name: str, context: ImportContext) -> Reading:
    """One article an object: of an array, of the list under "articles", or one a line."""
    return attempt_all(name, partial(_of_objects, content, name, context))


def _of_objects(content: bytes, name: str, context: ImportContext) -> Reading:
    text = decode(content)
    order = _order_in(text, _objects(text, name))
    for item in _objects(text, name):
        yield item if isinstance(item, BadRecord) else _attempt(*item, context, order)


def _objects(text: str, name: str) -> Iterator[BadRecord | tuple[str, Mapping[str, Any]]]:
    try:
        whole = parse_json(text)
    except RecursionError as error:
        raise Unreadable("its lists stand too deep in one another", JSON_HINT) from error
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and "\n" in text.strip():
            return _json_lines(text, name)
        raise Unreadable(
            f"it is not JSON: line {error.lineno}, column {error.colno}: {error.msg}", JSON_HINT
        ) from error
    if isinstance(whole, dict):
        whole = whole["articles"] if isinstance(whole.get("articles"), list) else [whole]
    if not isinstance(whole, list):
        raise Unreadable("it is JSON, but not a list of articles", JSON_HINT)
    return (_object(item, f"{name}, article {n}") for n, item in enumerate(whole, start=1))


def _json_lines(text: str, name: str) -> Iterator[BadRecord | tuple[str, Mapping[str, Any]]]:
    for number, line in enumerate(text.split("\n"), start=1):
        where = f"{name}, line {number}"
        if not line.strip():
            continue
        try:
            yield _object(parse_json(line), where)
        except (json.JSONDecodeError, RecursionError) as error:
            reason = getattr(error, "msg", "too deep")
            yield BadRecord(where=where, what=f"it is not JSON: {reason}", hint=JSON_HINT)


def _object(item: object, where: str) -> BadRecord | tuple[str, Mapping[str, Any]]:
    if isinstance(item, dict):
        return where, item
    return BadRecord(where=where, what="it is not an article", hint=JSON_HINT)


def _attempt(
    where: str, values: Mapping[str, Any], context: ImportContext, order: DateOrder | None
) -> Record | BadRecord:
    return attempt(where, partial(_record, where, Fields(values, order), context))


def _record(where: str, fields: Fields, context: ImportContext) -> Record:
    key, title = fields.text("id").strip(), fields.text("title")
    published_at = fields.published_at(context.zone)
    status, why = draft_if_undated(fields.status(), published_at)
    body, left_out = _body(fields, title)
    record = Record(
        source="table",
        source_key=key or fingerprint_of(published_at, title or body[:500], context.zone),
        explicit_key=bool(key),
        title=title,
        body_html=body,
        published_at=published_at,
        where=where,
        summary=fields.text("summary"),
        author=fields.author(),
        topics=fields.topics(),
        image_url=fields.text("image"),
        canonical_url=fields.text("link"),
        status=status,
        updated_at=fields.moment("updated", context.zone),
        expires_at=fields.moment("expires", context.zone),
        notes=(*fields.notes, *left_out, *why),
    )
    return checked(record, context)


def _body(fields: Fields, title: str) -> tuple[str, tuple[str, ...]]:
    """HTML or Markdown by column name; else by its text: a stored post, HTML or plain text."""
    if html := fields.text("html"):
        cleared = strip_marks(html, title)
        return cleared.text, cleared.notes
    if markdown := fields.text("markdown"):
        cleared = strip_template_tags(markdown)
        bare = strip_bracketed(html_of(cleared.text))
        return bare.text, (*cleared.notes, *bare.notes)
    cleared = strip_tags(fields.text("body"), title)
    body = cleared.text.replace("\r\n", "\n")
    if is_stored_post(body) and TAG.search(body):
        post = render_post(body, PostMedia(by_number={}))
        return post.html, (*cleared.notes, *post.notes)
    bare = strip_bracketed(body if TAG.search(body) else paragraphs_of(body))
    return bare.text, (*cleared.notes, *bare.notes)


def _has_header_line(found: UnknownContent) -> bool:
    is_named = "title" in found.head.partition("\n")[0]
    return is_named and any(mark in found.head for mark in DELIMITERS)


FORMATS = (
    Format(
        name="csv",
        read=read_csv,
        suffixes=(".csv", ".tsv"),
        media_types=("text/csv", "application/csv", "text/tab-separated-values"),
        sources={"table": True},
        rank=90,
        resembles=_has_header_line,
    ),
    Format(
        name="json",
        read=read_json,
        suffixes=(".json", ".jsonl", ".ndjson"),
        media_types=(
            "application/json",
            "application/feed+json",
            "application/x-ndjson",
            "application/jsonl",
        ),
        sources={"table": True},
        rank=60,
        resembles=lambda found: found.head[0] in "{[",
    ),
)
