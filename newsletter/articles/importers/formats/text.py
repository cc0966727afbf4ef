"""Plain text as exported from an article database.

An optional first line "<site> - Article From our Database", a date line, the title, a blank line,
then paragraphs separated by blank lines. Characters of a paragraph are kept exactly, including
curly quotes; only surrounding white space is removed.
"""

import re
from functools import partial
from html import escape
from zoneinfo import ZoneInfo

from newsletter.articles.importers.base import (
    ImportContext,
    Reading,
    Record,
    Unreadable,
    attempt,
    checked,
)
from newsletter.articles.importers.format import Format
from newsletter.articles.importers.markup.leftover_marks import strip_marks
from newsletter.articles.importers.values.dates import (
    HINT,
    Moment,
    find_moment,
    find_reading,
    read_moment,
)
from newsletter.articles.importers.values.decoding import decode
from newsletter.articles.importers.values.file_names import key_of

SITE_LINE = re.compile(r".+\s[-–—]\s*article from our database\s*", re.IGNORECASE)
_BARE_ADDRESS = re.compile(
    r"https?://(?:(?!\[/)[^\s<>])+|(?<![\w@./-])www\.[^\s<>.]+\.[^\s<>]+"
    r"|(?<![\w.+/@-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+",
    re.IGNORECASE,
)
LOOKS_LIKE_A_DATE = re.compile(r"(?=.*\d)[\w\s,./:+-]{6,40}")


def read(content: bytes, name: str, context: ImportContext) -> Reading:
    """One article a file."""
    yield attempt(name, partial(_record, content, name, context))


def _record(content: bytes, name: str, context: ImportContext) -> Record:
    lines = decode(content).split("\n")
    place = _next_words(lines, 0, "a date line")
    if SITE_LINE.fullmatch(lines[place]):
        place = _next_words(lines, place + 1, "a date line")
    moment = _date_line(lines[place], context.zone)
    place = _next_words(lines, place + 1, "a title")
    cleared = strip_marks(paragraphs_of("\n".join(lines[place + 1 :])), lines[place])
    record = Record(
        source="text",
        source_key=key_of(name),
        explicit_key=False,
        title=lines[place],
        body_html=cleared.text,
        published_at=moment.at,
        where=name,
        notes=(*cleared.notes, *((f"date read as {moment.reading}",) if moment.reading else ())),
    )
    return checked(record, context)


def _next_words(lines: list[str], start: int, expected: str) -> int:
    for place in range(start, len(lines)):
        if lines[place].strip():
            return place
    raise Unreadable(
        f"there is no {expected.removeprefix('a ')}", f"write {expected} below line {start}"
    )


def _date_line(line: str, zone: ZoneInfo) -> Moment:
    text = line.strip()
    moment = find_reading(text, zone)
    if moment is not None:
        return moment
    if LOOKS_LIKE_A_DATE.fullmatch(text):
        return read_moment(text, zone)
    raise Unreadable("there is no date line above the title", HINT)


def _has_date_line(text: str, zone: ZoneInfo) -> bool:
    """Whether one of the first two non-empty lines is a date, as in this format."""
    lines = [line.strip() for line in text.split("\n") if line.strip()][:2]
    try:
        return any(find_moment(line, zone) is not None for line in lines)
    except Unreadable:
        return True


def paragraphs_of(text: str) -> str:
    """Plain text as HTML; a paragraph that is one quotation becomes a blockquote."""
    blocks = (block.strip() for block in re.split(r"\n\s*\n", text))
    return "\n".join(_paragraph(block) for block in blocks if block)


def _paragraph(block: str) -> str:
    words = f"<p>{linked(block)}</p>"
    return f"<blockquote>{words}</blockquote>" if is_quotation(block) else words


def linked(text: str) -> str:
    """Plain text as HTML with bare URLs as links.

    As in GitHub Flavored Markdown section 6.9: trailing punctuation and an unmatched closing
    bracket are not part of the URL.
    """
    parts: list[str] = []
    end = 0
    for match in _BARE_ADDRESS.finditer(text):
        address = match[0].rstrip("?!.,:*_~'\"”’»;")
        while address.endswith(")") and address.count(")") > address.count("("):
            address = address[:-1].rstrip("?!.,:*_~'\"”’»;")
        scheme = "" if "://" in address else "mailto:" if "@" in address else "https://"
        parts.append(escape(text[end : match.start()], quote=False))
        parts.append(f'<a href="{escape(scheme + address)}">{escape(address, quote=False)}</a>')
        end = match.start() + len(address)
    return "".join([*parts, escape(text[end:], quote=False)])


def is_quotation(block: str) -> bool:
    """Whether the block is one quotation from first to last character."""
    if len(block) < 3 or block[-1] not in "‘’“”'\"":
        return False
    inner = block[1:-1]
    if block[0] in '“"':
        return "”" not in inner and '"' not in inner
    # A closing single quote is also the apostrophe: it closes only between punctuation and a space.
    return block[0] in "‘'" and not re.search(r"[,.?!][’'](?=\s)", inner)


FORMATS = (
    Format(
        name="text",
        read=read,
        suffixes=(".txt", ".text"),
        rank=80,
        resembles=lambda found: _has_date_line(found.text[:4000], found.zone),
    ),
)
