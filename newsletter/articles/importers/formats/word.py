"""Word documents (DOCX), converted by mammoth: headings, lists, tables, notes, links.

Embedded pictures come with the record, in place of their address.
"""

import io
import re
import zipfile
from datetime import datetime
from functools import partial
from typing import Any

from lxml import etree

from newsletter.articles.importers.base import (
    ImportContext,
    Reading,
    Record,
    RecordPicture,
    Unreadable,
    attempt,
    checked,
)
from newsletter.articles.importers.format import Format
from newsletter.articles.importers.markup.word_parts import with_readable_parts
from newsletter.articles.importers.markup.word_warnings import notes_on
from newsletter.articles.importers.values.dates import find_reading
from newsletter.articles.importers.values.file_names import date_in, draft_if_undated, key_of

HINT = "save it again in Word as .docx, or as text, Markdown or HTML"
MAX_UNPACKED_BYTES = 256 * 1024 * 1024
# Of all parts with text; a book of a thousand pages has some hundred thousand.
MAX_TAGS = 1_000_000
_TEXT_PART = re.compile(r"word/\w+\.xml")
_TITLE = re.compile(r"\s*<h1[^>]*>(?P<title>.*?)</h1>", re.DOTALL)
_FIRST = re.compile(r"\s*<p>(?P<line>[^<]{1,100})</p>")
_STYLES = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p:fresh"
_PROPERTIES = {"title": "title", "author": "creator", "created": "created", "words": "keywords"}


def _is_document(content: bytes) -> bool:
    return content.startswith(b"PK\x03\x04") and b"word/" in content[:65_536] + content[-65_536:]


def read(content: bytes, name: str, context: ImportContext) -> Reading:
    """One article a document."""
    yield attempt(name, partial(_record, content, name, context))


def _record(content: bytes, name: str, context: ImportContext) -> Record:
    notes: list[str] = []
    html, pictures, properties = _converted(content, notes)
    title, html = _title(html, properties)
    published_at, html = _date(html, name, context, notes)
    status, why = draft_if_undated(None, published_at)
    record = Record(
        source="word",
        source_key=key_of(name),
        explicit_key=False,
        title=title,
        body_html=html,
        published_at=published_at,
        where=name,
        author=properties.get("author", ""),
        topics=tuple(re.split(r"\s*[,;]\s*", properties["words"]))
        if "words" in properties
        else None,
        status=status,
        pictures=tuple(pictures),
        notes=(*notes, *why),
    )
    return checked(record, context)


def _converted(content: bytes, notes: list[str]) -> tuple[str, list[RecordPicture], dict[str, str]]:
    """The HTML, its pictures, and the document properties; losses are noted."""
    pictures: list[RecordPicture] = []

    def named(image: Any) -> dict[str, str]:
        with image.open() as file:
            embedded = file.read()
        address = f"picture-{len(pictures) + 1}"
        pictures.append(RecordPicture(address=address, name=address, load=partial(bytes, embedded)))
        return {"src": address}

    import mammoth

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            _check_size(parts)
            properties = _properties(parts)
        result = mammoth.convert_to_html(
            io.BytesIO(with_readable_parts(content)),
            convert_image=mammoth.images.img_element(named),
            style_map=_STYLES,
            id_prefix="note-",
        )
    except Unreadable:
        raise
    except Exception as error:  # mammoth raises anything on a damaged document
        raise Unreadable("it is not a document of Word that can be read", HINT) from error
    notes += notes_on(message.message for message in result.messages)
    return result.value, pictures, properties


def _check_size(parts: zipfile.ZipFile) -> None:
    if sum(info.file_size for info in parts.infolist()) > MAX_UNPACKED_BYTES:
        raise Unreadable("it is too large when unpacked", "split it")
    texts = [name for name in parts.namelist() if _TEXT_PART.fullmatch(name)]
    if sum(parts.read(name).count(b"<") for name in texts) > MAX_TAGS:
        raise Unreadable(f"it has more than {MAX_TAGS:,} elements of text", "split it")


def _properties(parts: zipfile.ZipFile) -> dict[str, str]:
    if "docProps/core.xml" not in parts.namelist():
        return {}
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    root = etree.fromstring(parts.read("docProps/core.xml"), parser)
    values = {}
    for name, element in _PROPERTIES.items():
        value = root.findtext(f"{{*}}{element}") if root is not None else None
        if value and value.strip():
            values[name] = value.strip()
    return values


def _title(html: str, properties: dict[str, str]) -> tuple[str, str]:
    """The first heading, else the title property, else the first line."""
    if match := _TITLE.match(html):
        return re.sub("<[^>]*>", "", match["title"]), html[match.end() :]
    return properties.get("title", ""), html


def _date(
    html: str, name: str, context: ImportContext, notes: list[str]
) -> tuple[datetime | None, str]:
    """A date line at the start, else the date in the file name."""
    if match := _FIRST.match(html):
        try:
            moment = find_reading(match["line"], context.zone)
        except Unreadable:
            moment = None
        if moment is not None:
            notes += [f"date read as {moment.reading}"] if moment.reading else []
            return moment.at, html[match.end() :]
    return date_in(name, context.zone), html


FORMATS = (
    Format(
        name="word",
        read=read,
        suffixes=(".docx",),
        rank=10,
        begins=lambda found: _is_document(found.content),
    ),
)
