"""Earlier newsletters as mail: `.eml` files and mailboxes (mbox, RFC 4155).

Subject is the title, `Date` the time, the parts that a mail program shows are the body, with the
pictures in it. Preheaders and tracking pixels are removed by `html_cleanup`, as in every body.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from email import message_from_bytes, policy
from email.message import Message
from functools import partial
from hashlib import sha256

from newsletter.articles.importers.base import (
    BadRecord,
    ImportContext,
    Reading,
    Record,
    RecordPicture,
    Unreadable,
    attempt,
    checked,
    one_line,
)
from newsletter.articles.importers.format import Format
from newsletter.articles.importers.formats.markdown import html_of
from newsletter.articles.importers.formats.text import paragraphs_of
from newsletter.articles.importers.markup.leftover_marks import strip_marks
from newsletter.articles.importers.markup.sent_mail import without_list_links
from newsletter.articles.importers.values.dates import read_moment
from newsletter.articles.importers.values.decoding import decode
from newsletter.articles.importers.values.file_names import draft_if_undated

MAX_HEADER_LENGTH = 5000
HINT = "save the mail again as .eml"
_FROM_LINE = re.compile(rb"^From [^\r\n]*(?:\r?\n|\Z)", re.MULTILINE)
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_HEADER = re.compile(rb"(?:[!-9;-~]+:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*)+", re.IGNORECASE)
# Of mail only, all in ASCII, by Python's codecs; forbidden on the web. RFC 2152, 1843, 1557.
_MAIL_ENCODINGS = {
    "utf-7": "utf-7",
    "unicode-1-1-utf-7": "utf-7",
    "hz-gb-2312": "hz",
    "iso-2022-kr": "iso2022_kr",
}
# RFC 7763 for Markdown. Of alternatives, the one with the most markup is shown.
_MARKUP = ("text/plain", "text/x-markdown", "text/markdown", "text/html")
_BOUNDARY = re.compile(
    rb"^--(?P<boundary>[^\r\n]{1,200}?)[ \t]*\r?\n(?=Content-[\w-]+:)", re.MULTILINE | re.IGNORECASE
)


def is_mail(content: bytes) -> bool:
    head = content[:4096]
    return bool(_HEADER.match(head)) and bool(
        re.search(
            rb"^(?:Subject|Message-ID|MIME-Version|Received):", head, re.MULTILINE | re.IGNORECASE
        )
    )


def is_mailbox(content: bytes) -> bool:
    return content.startswith(b"From ")


def read(content: bytes, name: str, context: ImportContext) -> Reading:
    """One article a mail."""
    if not content.strip():
        yield BadRecord(where=name, what="the file is empty", hint=HINT)
        return
    if not is_mailbox(content):
        yield attempt(name, partial(_record, content, name, context))
        return
    for number, mail in enumerate(_mails(content), start=1):
        where = f"{name}, mail {number}"
        yield attempt(where, partial(_record, mail, where, context))


def _mails(content: bytes) -> Iterator[bytes]:
    """The mails of an mbox, each starting at a "From " line after an empty line."""
    starts = [
        match
        for match in _FROM_LINE.finditer(content)
        if match.start() == 0
        or content[max(0, match.start() - 3) : match.start()].endswith((b"\n\n", b"\n\r\n"))
    ]
    for number, start in enumerate(starts):
        end = starts[number + 1].start() if number + 1 < len(starts) else len(content)
        yield _QUOTED_FROM.sub(rb"\1", content[start.end() : end])
    if not starts:
        yield content


def _record(content: bytes, where: str, context: ImportContext) -> Record:
    # The policy that reads the boundaries which mail programs write against RFC 2045.
    message = message_from_bytes(content, policy=policy.compat32)
    if not message.keys():
        raise Unreadable("it is not a mail", HINT)
    body, pictures, left_out = _body(message)
    notes = [*left_out]
    title = one_line(_header(message, "Subject"))
    cleared = strip_marks(body, title)
    published_at = _date(message, context, notes)
    status, why = draft_if_undated(None, published_at)
    number = one_line(_header(message, "Message-ID")).strip("<>")
    record = Record(
        source="mail",
        source_key=number or f"mail:{sha256(content).hexdigest()[:32]}",
        explicit_key=True,
        title=title,
        body_html=cleared.text,
        published_at=published_at,
        where=where,
        author=re.sub(r"\s*<[^<>]*>\s*$", "", one_line(_header(message, "From"))).strip('" '),
        status=status,
        pictures=pictures,
        notes=(*notes, *cleared.notes, *why),
    )
    return checked(record, context)


def _header(message: Message, name: str) -> str:
    raw = (str(value) for other, value in message.raw_items() if other.lower() == name.lower())
    try:
        # The standard library's parser takes quadratic time.
        return str(policy.default.header_fetch_parse(name, next(raw, "")[:MAX_HEADER_LENGTH]))
    except Exception:  # noqa: BLE001  # the standard library's parser raises on some odd headers
        return ""


def _date(message: Message, context: ImportContext, notes: list[str]) -> datetime | None:
    # The raw header: the parsed one drops unknown zones.
    raw = (str(value) for name, value in message.raw_items() if name.lower() == "date")
    written = one_line(next(raw, ""))
    try:
        moment = read_moment(written, context.zone) if written else None
    except Unreadable as error:
        notes.append(f"date was left out: {error.what}")
        return None
    if moment and moment.reading:
        notes.append(f"date read as {moment.reading}")
    return moment.at if moment else None


def _body(message: Message) -> tuple[str, tuple[RecordPicture, ...], tuple[str, ...]]:
    """The text that a mail program shows, the pictures in it, and notes."""
    notes: list[str] = []
    try:
        message = _with_parts(message, notes)
        shown = "\n".join(_readable(_shown(message), notes))
        embedded = _embedded(message)
        if not shown.strip():
            embedded = _pictures(message)
            shown = "".join(f'<p><img src="{address}" alt=""></p>' for address in embedded)
    except Exception as error:  # malformed MIME structures raise anything
        raise Unreadable("its parts cannot be taken apart", HINT) from error
    if not shown.strip():
        raise Unreadable(next(iter(notes), "there is no text in the mail"), "leave it out")
    mail = without_list_links(shown)
    html, pictures = mail.html, []
    for number, (address, content) in enumerate(embedded.items(), start=1):
        name = f"picture-{number}"
        if address in html:
            html = html.replace(f'"{address}"', f'"{name}"')
            pictures.append(RecordPicture(address=name, name=name, load=partial(bytes, content)))
    return html, tuple(pictures), (*mail.notes, *notes)


def _readable(parts: Iterable[Message], notes: list[str]) -> Iterator[str]:
    """The HTML of the parts; what is not text, though it says so, is noted and left out."""
    for part in parts:
        try:
            yield _html_of(part)
        except Unreadable as error:
            notes.append(f"a part of its text cannot be read: {error.what}")


def _shown(part: Message) -> Iterator[Message]:
    """The text parts that a mail program shows, of alternatives the HTML (RFC 2046, 5.1)."""
    if part.get_content_disposition() == "attachment":
        return
    if part.get_content_maintype() != "multipart":
        if part.get_content_type() in _MARKUP and _payload(part).strip():
            yield part
        return
    children = part.get_payload()
    if not isinstance(children, list):
        return
    bodies = [list(_shown(child)) for child in children if isinstance(child, Message)]
    if part.get_content_subtype() == "alternative":
        bodies = sorted(filter(None, bodies), key=_markup, reverse=True)[:1]
    for shown in bodies:
        yield from shown


def _markup(parts: list[Message]) -> int:
    return max(_MARKUP.index(part.get_content_type()) for part in parts)


def _with_parts(message: Message, notes: list[str]) -> Message:
    """The mail with the parts that a stated boundary does not tell apart.

    Python's parser leaves the whole text as the content of such a part (`email.errors`,
    NoBoundaryInMultipartDefect, StartBoundaryNotFoundDefect). The boundary that is there is taken;
    without any, the text is one part.
    """
    children = message.get_payload()
    if isinstance(children, list):
        message.set_payload([_with_parts(one, notes) for one in children])  # type: ignore[arg-type]
    if message.get_content_maintype() != "multipart" or isinstance(children, list):
        return message
    content = _payload(message)
    found = _BOUNDARY.search(content)
    if found is None:
        notes.append("its parts are not told apart: read as one text")
        message.set_type("text/plain")
        return message
    notes.append("its parts have another boundary than its header states: read by that")
    boundary = re.sub(rb'([\\"])', rb"\\\1", found["boundary"])
    head = f"Content-Type: {message.get_content_type()}".encode()
    mended = b'%s; boundary="%s"\n\n%s' % (head, boundary, content)
    return message_from_bytes(mended, policy=policy.compat32)


def _html_of(part: Message) -> str:
    payload, label = _payload(part), str(part.get_content_charset() or "")
    if payload.isascii() and label in _MAIL_ENCODINGS:
        payload, label = payload.decode(_MAIL_ENCODINGS[label], "replace").encode(), "utf-8"
    words = decode(payload, label)
    match part.get_content_type():
        case "text/html":
            return words
        case "text/plain":
            return paragraphs_of(words)
    return html_of(words)


def _embedded(message: Message) -> dict[str, bytes]:
    """The pictures that the HTML shows by their Content-ID (RFC 2392)."""
    return {
        f"cid:{str(part['Content-ID']).strip().strip('<>')}": _payload(part)
        for part in message.walk()
        if part.get_content_maintype() == "image" and part["Content-ID"]
    }


def _pictures(message: Message) -> dict[str, bytes]:
    """The pictures of a mail that has no text, such as a poster."""
    parts = (part for part in message.walk() if part.get_content_maintype() == "image")
    pictures = (payload for part in parts if (payload := _payload(part)))
    return {f"cid:part-{number}": picture for number, picture in enumerate(pictures, start=1)}


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


FORMATS = (
    Format(
        name="mail",
        read=read,
        suffixes=(".eml", ".mbox"),
        media_types=("message/rfc822", "application/mbox"),
        sources={"mail": False},
        rank=30,
        begins=lambda found: is_mailbox(found.content),
        resembles=lambda found: is_mail(found.content),
    ),
)
