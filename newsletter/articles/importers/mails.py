"""Earlier newsletters as mail: `.eml` files and mailboxes (mbox, RFC 4155).

Subject is the title, `Date` the time, the HTML part the body. Preheaders and tracking pixels are
removed by `html_cleanup`, as in every body.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from hashlib import sha256

from lxml import html as trees

from newsletter.articles.importers.base import (
    BadRecord,
    ImportContext,
    Reading,
    Record,
    Unreadable,
    attempt,
    checked,
    one_line,
)
from newsletter.articles.importers.text import paragraphs_of
from newsletter.articles.importers.values.dates import read_moment
from newsletter.articles.importers.values.decoding import decode
from newsletter.articles.importers.values.file_names import draft_if_undated

LONGEST_HEADER = 5000
MEND = "save the mail again as .eml"
_FROM_LINE = re.compile(rb"^From [^\r\n]*(?:\r?\n|\Z)", re.MULTILINE)
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_HEADER = re.compile(rb"(?:[!-9;-~]+:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*)+", re.IGNORECASE)
_WAYS_OUT = re.compile(
    r"unsubscribe|abmelden|d[ée]sabonner|list-manage|manage.{0,20}preferences", re.IGNORECASE
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
        yield BadRecord(where=name, what="the file is empty", mend=MEND)
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
        found
        for found in _FROM_LINE.finditer(content)
        if found.start() == 0
        or content[max(0, found.start() - 3) : found.start()].endswith((b"\n\n", b"\n\r\n"))
    ]
    for number, start in enumerate(starts):
        end = starts[number + 1].start() if number + 1 < len(starts) else len(content)
        yield _QUOTED_FROM.sub(rb"\1", content[start.end() : end])
    if not starts:
        yield content


def _record(content: bytes, where: str, context: ImportContext) -> Record:
    message = message_from_bytes(content, policy=policy.default)
    if not isinstance(message, EmailMessage) or not message.keys():
        raise Unreadable("it is not a mail", MEND)
    notes: list[str] = []
    published_at = _date(message, context, notes)
    status, why = draft_if_undated(None, published_at)
    number = one_line(_header(message, "Message-ID")).strip("<>")
    record = Record(
        source="mail",
        source_key=number or f"mail:{sha256(content).hexdigest()[:32]}",
        explicit_key=True,
        title=one_line(_header(message, "Subject")),
        body_html=_body(message),
        published_at=published_at,
        where=where,
        author=re.sub(r"\s*<[^<>]*>\s*$", "", one_line(_header(message, "From"))).strip('" '),
        status=status,
        notes=(*notes, *why),
    )
    return checked(record, context)


def _header(message: EmailMessage, name: str) -> str:
    raw = (str(value) for other, value in message.raw_items() if other.lower() == name.lower())
    try:
        # The standard library's parser takes quadratic time.
        return str(policy.default.header_fetch_parse(name, next(raw, "")[:LONGEST_HEADER]))
    except Exception:  # noqa: BLE001  # the standard library's parser raises on some odd headers
        return ""


def _date(message: EmailMessage, context: ImportContext, notes: list[str]) -> datetime | None:
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


def _body(message: EmailMessage) -> str:
    """The HTML part without unsubscribe links; else the plain text part."""
    try:
        part = message.get_body(preferencelist=("html", "plain"))
        payload = part.get_payload(decode=True) if part is not None else None
    except Exception as error:  # malformed MIME structures raise anything
        raise Unreadable("its parts cannot be taken apart", MEND) from error
    if part is None or not isinstance(payload, bytes) or not payload.strip():
        raise Unreadable("there is no text in the mail", "leave it out")
    words = decode(payload, part.get_content_charset() or "")
    if part.get_content_type() != "text/html":
        return paragraphs_of(words)
    return _without_unsubscribe_links(words)


def _without_unsubscribe_links(html: str) -> str:
    """The HTML without unsubscribe and preference links of the old list."""
    root = trees.document_fromstring(
        html.encode("utf-8", "replace"), parser=trees.HTMLParser(encoding="utf-8")
    )
    for link in list(root.iter("a")):
        if _WAYS_OUT.search(f"{link.get('href') or ''} {link.text_content()}"):
            link.drop_tree()
    body = root.find("body")
    part = body if body is not None else root
    return str(trees.tostring(part, encoding="unicode"))
