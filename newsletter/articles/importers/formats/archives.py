"""Exports in ZIP files: Substack, Medium, Buttondown, Mailchimp, and any folder of articles.

Each entry is read as a file of its own format, one at a time. Tables beside the entries (Substack's
posts.csv, Buttondown's emails.csv, Mailchimp's campaigns.csv) supply their metadata.
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import PurePosixPath

from newsletter.articles.body.attachments import Attachment, type_of
from newsletter.articles.body.sanitising import text_of
from newsletter.articles.importers.base import (
    BadRecord,
    ImportContext,
    Importer,
    Reading,
    Record,
    Unreadable,
    checked,
)
from newsletter.articles.importers.format import Format
from newsletter.articles.importers.formats import html, markdown, text
from newsletter.articles.importers.markup.sent_mail import without_list_links
from newsletter.articles.importers.sibling_pictures import with_sibling_pictures
from newsletter.articles.importers.values.decoding import declared_in, decode
from newsletter.articles.importers.values.fields import Fields
from newsletter.articles.importers.values.file_names import (
    TOOL_FOLDERS,
    draft_if_undated,
    is_tool_file,
    key_of,
)
from newsletter.articles.models import ArticleStatus
from newsletter.unpacking import UNPACKING_ERRORS, has_overlapping_entries

# Larger entries are refused as decompression bombs.
MAX_ENTRY_BYTES = 64 * 1024 * 1024
MAX_ENTRIES = 100_000
READERS: Mapping[str, Importer] = {
    ".html": html.read,
    ".htm": html.read,
    ".md": markdown.read,
    ".markdown": markdown.read,
    ".txt": text.read,
}
_SUBSTACK = re.compile(r"(?:^|/)(?P<id>\d+)\.(?P<slug>[\w-]+)\.html$")
_BUTTONDOWN = re.compile(r"(?:^|/)emails/(?P<slug>[^/]+)\.md$")
_EDITOR_MODE = re.compile(rb"^<!-- buttondown-editor-mode: \w+ -->")
_MEDIUM = re.compile(r"(?:^|/)posts/(?:draft_|\d{4}-\d{2}-\d{2}_).*-(?P<id>[0-9a-f]{8,16})\.html$")
_STRUCTURE = re.compile(r"<(?:h[1-6]|img|figure)\b")
_TITLE = re.compile(r"<title[^>]*>([^<]*)</title>", re.IGNORECASE)
_MERGED = re.compile(r"\*\|[^|]*\|\*")
_MAILCHIMP = re.compile(r"(?:^|/)(?:campaigns_content/)?(?P<id>\d+)_-?(?P<title>[^/]*)\.html?$")
# The table of each export, the folder of its texts, and their names.
EXPORTS: Mapping[str, tuple[str, re.Pattern[str]]] = {
    "posts.csv": ("posts", _SUBSTACK),
    "emails.csv": ("emails", _BUTTONDOWN),
    "campaigns.csv": ("campaigns_content", _MAILCHIMP),
}

Entry = tuple[str, Callable[[], bytes]]


def is_zip(content: bytes) -> bool:
    return content.startswith(b"PK\x03\x04")


def read(content: bytes, name: str, context: ImportContext) -> Reading:
    """The articles of every entry."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = _entries(archive, len(content))
            rows = _tables(entries)
            find = partial(_find, dict(entries))
            for entry, load in _articles(entries):
                for item in _read_entry(entry, load, name, rows, context):
                    yield (
                        with_sibling_pictures(item, entry, find)
                        if isinstance(item, Record)
                        else item
                    )
    except Unreadable as error:
        yield BadRecord(where=name, what=error.what, hint=error.hint)
    except UNPACKING_ERRORS as error:
        yield BadRecord(
            where=name, what=f"it is a damaged ZIP file: {error}", hint="export it again"
        )


def _entries(archive: zipfile.ZipFile, size_bytes: int) -> list[Entry]:
    if has_overlapping_entries(archive, size_bytes):
        raise Unreadable("its entries overlap, as in no export", "leave it out")
    infos = [info for info in archive.infolist() if not info.is_dir() and _is_shown(info.filename)]
    if len(infos) > MAX_ENTRIES:
        raise Unreadable(
            f"the archive has {len(infos)} entries", f"split it, {MAX_ENTRIES} in each"
        )

    def loader(info: zipfile.ZipInfo) -> Callable[[], bytes]:
        def load() -> bytes:
            with archive.open(info) as file:
                content = file.read(MAX_ENTRY_BYTES + 1)
            if len(content) > MAX_ENTRY_BYTES:
                raise Unreadable(f"it is larger than {MAX_ENTRY_BYTES >> 20} MiB", "leave it out")
            return content

        return load

    return [(info.filename, loader(info)) for info in infos]


def _articles(entries: list[Entry]) -> list[Entry]:
    """The entries with a reader; of Medium's export only posts, without claps and lists."""
    found = [one for one in entries if PurePosixPath(one[0]).suffix.lower() in READERS]
    posts = [one for one in found if PurePosixPath(one[0]).parent.name == "posts"]
    return posts if any(_MEDIUM.search(entry) for entry, _ in posts) else found


def _find(loaders: Mapping[str, Callable[[], bytes]], name: str) -> Callable[[], bytes] | None:
    """The loader of an entry that was read already: records leave this process."""
    if name not in loaders:
        return None
    try:
        return partial(bytes, loaders[name]())
    except (Unreadable, *UNPACKING_ERRORS):
        return None


def _is_shown(name: str) -> bool:
    path = PurePosixPath(name)
    return not is_tool_file(path.name) and not any(
        part.startswith((".", "__MACOSX")) or part in TOOL_FOLDERS for part in path.parts
    )


def _tables(entries: list[Entry]) -> dict[str, dict[str, str]]:
    """Rows of the archive's tables, by the number that starts an entry's name, and by slug."""
    rows: dict[str, dict[str, str]] = {}
    for name, load in entries:
        if PurePosixPath(name).name in EXPORTS:
            # What a damaged table does not say of a post keeps it as a draft.
            with suppress(Unreadable, csv.Error, *UNPACKING_ERRORS):
                for row in csv.DictReader(io.StringIO(decode(load()))):
                    number = row.get("post_id") or row.get("Unique Id") or row.get("id") or ""
                    values = {key: value for key, value in row.items() if key and value}
                    rows[number.partition(".")[0]] = values
                    rows[f"slug {row.get('slug')}"] = values
                    title = f"title {_folded(row.get('Title') or '')}"
                    # Campaigns of one title cannot be told apart.
                    rows[title] = {} if title in rows else values
    return rows


def _folded(title: str) -> str:
    return "".join(re.findall(r"\w+", title.casefold())).replace("_", "")


def _read_entry(
    entry: str,
    load: Callable[[], bytes],
    name: str,
    rows: Mapping[str, Mapping[str, str]],
    context: ImportContext,
) -> Iterator[Record | BadRecord]:
    where = f"{name}, {entry}"
    try:
        content = load()
    except (Unreadable, *UNPACKING_ERRORS) as error:
        yield BadRecord(where=where, what=f"it cannot be unpacked: {error}", hint="export it again")
        return
    if match := _SUBSTACK.search(entry):
        yield _of_substack(content, where, match["id"], rows.get(match["id"], {}), context)
        return
    if match := _MAILCHIMP.search(entry):
        by_title = rows.get(f"title {_folded(match['title'])}", {})
        campaign = rows.get(match["id"], by_title)
        if campaign or "campaigns" in entry:
            yield _of_mailchimp(content, where, match["id"], campaign, context)
            return
    if (match := _BUTTONDOWN.search(entry)) and (row := rows.get(f"slug {match['slug']}")):
        content = _with_front_matter(content, row)
    for item in READERS[PurePosixPath(entry).suffix.lower()](content, entry, context):
        item = replace(item, where=where)
        yield _named(item, entry) if isinstance(item, Record) else item


def _of_substack(
    content: bytes, where: str, number: str, row: Mapping[str, str], context: ImportContext
) -> Record | BadRecord:
    """A post is a bare body; its metadata is in posts.csv."""
    fields = Fields({"date": row.get("post_date"), **row})
    try:
        published_at = fields.published_at(context.zone)
        status, why = draft_if_undated(fields.status(), published_at)
        if not row:
            status, why = ArticleStatus.DRAFT, ("posts.csv says nothing of it: kept as a draft",)
        elif row.get("type") == "page":
            status, why = ArticleStatus.DRAFT, ("a page, such as About, no post: kept as a draft",)
        podcast = row.get("podcast_url") or ""
        record = Record(
            source="substack",
            source_key=f"substack {number}",
            explicit_key=True,
            title=fields.text("title"),
            body_html=decode(content),
            published_at=published_at,
            where=where,
            summary=fields.text("summary"),
            attachments=(Attachment(url=podcast, type=type_of(podcast)),) if podcast else (),
            status=status,
            notes=(*fields.notes, *why),
        )
        return checked(record, context)
    except Unreadable as error:
        return BadRecord(where=where, what=error.what, hint=error.hint)


def _with_front_matter(content: bytes, row: Mapping[str, str]) -> bytes:
    """Buttondown's Markdown with the metadata that emails.csv has of it, as JSON, which is YAML."""
    values = {"title": row.get("subject"), "date": row.get("publish_date"), "id": row.get("id")}
    front_matter = json.dumps({key: value for key, value in values.items() if value})
    return f"---\n{front_matter}\n---\n".encode() + _EDITOR_MODE.sub(b"", content)


def _of_mailchimp(
    content: bytes, where: str, number: str, row: Mapping[str, str], context: ImportContext
) -> Record | BadRecord:
    """A campaign as it was sent; its metadata is in campaigns.csv."""
    page = decode(content, declared_in(content))
    own = _TITLE.search(page)
    fields = Fields({"date": row.get("Send Date")})
    mail = without_list_links(page)
    try:
        published_at = fields.published_at(context.zone)
        status, why = draft_if_undated(None, published_at)
        record = Record(
            source="mailchimp",
            source_key=f"mailchimp {number}",
            explicit_key=True,
            title=row.get("Subject") or row.get("Title") or _MERGED.sub("", own[1] if own else ""),
            body_html=mail.html,
            published_at=published_at,
            where=where,
            status=status,
            notes=(*mail.notes, *fields.notes, *why),
        )
        return checked(record, context)
    except Unreadable as error:
        return BadRecord(where=where, what=error.what, hint=error.hint)


def _named(item: Record, entry: str) -> Record:
    """Adds a key that is stable across exports; holds back what may be a comment."""
    if match := _MEDIUM.search(entry):
        item = replace(item, source="medium", source_key=f"medium {match['id']}", explicit_key=True)
        return _held_if_response(item)
    return replace(item, source_key=item.source_key if item.explicit_key else key_of(entry))


def _held_if_response(item: Record) -> Record:
    """Medium exports responses among the posts: without a heading, titled by their first words."""
    first_words = _folded(item.title)
    if _STRUCTURE.search(item.body_html) or not first_words:
        return item
    if not _folded(text_of(item.body_html)).startswith(first_words):
        return item
    note = "it may be a response to another's story: kept as a draft"
    return replace(item, status=ArticleStatus.DRAFT, notes=(*item.notes, note))


FORMATS = (
    Format(
        name="archive",
        read=read,
        suffixes=(".zip",),
        sources={"substack": False, "mailchimp": False, "medium": False},
        rank=20,
        begins=lambda found: is_zip(found.content),
    ),
)
