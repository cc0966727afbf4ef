"""Message validators: strict MIME parsing, raw header bytes, DKIM by two verifiers."""

import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from email import message_from_bytes, policy
from email.errors import MessageDefect
from pathlib import Path

import dkim

from judges.sample_mails import SampleMail
from judges.verdicts import Verdict
from newsletter.rendering.encoding.dkim import DkimKey
from newsletter.rendering.fit_to_size import GMAIL_CLIPS_AT_BYTES

STRICT = policy.SMTP.clone(raise_on_defect=True)
# RFC 5322 section 2.1.1; a URL in a header cannot be folded.
MAX_LINE_BYTES = 998
# RFC 2045 section 6.7, rule 5.
MAX_BODY_LINE_BYTES = 76
# RFC 8058 section 3.1, byte for byte as Gmail requires for its own button.
ONE_CLICK = re.compile(rb"\r\nList-Unsubscribe:(?:\r\n)? <https://[!-;=?-~]+>\r\n")
POST = b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
PLAIN = ["multipart/alternative", "text/plain", "text/html"]
WITH_PICTURE = [*PLAIN[:2], "multipart/related", "text/html", "image/png"]
ONCE = (b"From", b"To", b"Subject", b"Date", b"Message-ID", b"MIME-Version", b"Content-Type")
NEEDED_OF_EDITIONS = (b"List-Id", b"List-Archive", b"List-Owner", b"Feedback-ID")


def mime(mails: Sequence[SampleMail]) -> list[Verdict]:
    """The standard library's parser, with every defect an error."""
    return [
        Verdict(
            judge="mime", about=m.name, faults=tuple(_parse(m)), note=f"{len(m.message) // 1000} KB"
        )
        for m in mails
    ]


def _parse(mail: SampleMail) -> Iterator[str]:
    try:
        message = message_from_bytes(mail.message, policy=STRICT)
        kinds = [part.get_content_type() for part in message.walk()]
        html = message.get_body(("html",)).get_content()
        text = message.get_body(("plain",)).get_content()
    except (MessageDefect, KeyError, AttributeError, LookupError, ValueError) as defect:
        yield repr(defect)
        return
    if kinds not in (PLAIN, WITH_PICTURE):
        yield f"its parts are {kinds}"
    if not text.strip() or len(html.encode()) > GMAIL_CLIPS_AT_BYTES:
        yield f"{len(text)} characters of text, {len(html.encode())} bytes of HTML"


def raw_headers(mails: Sequence[SampleMail]) -> list[Verdict]:
    """The raw bytes: faults that parsers forgive and Gmail does not."""
    return [
        Verdict(judge="raw bytes", about=mail.name, faults=tuple(header_faults(mail)))
        for mail in mails
    ]


def header_faults(mail: SampleMail) -> Iterator[str]:
    """The faults in the bytes of one mail."""
    head = b"\r\n" + mail.message.partition(b"\r\n\r\n")[0] + b"\r\n"
    for name in ONCE:
        if head.count(b"\r\n" + name + b":") != 1:
            yield f"{name.decode()} stands there {head.count(name + b':')} times"
    yield from _list_faults(mail, head)
    if b"\n" in mail.message.replace(b"\r\n", b"") or b"\r" in mail.message.replace(b"\r\n", b""):
        yield "a line does not end with CR LF"
    if not mail.message.isascii():
        yield "a byte is not ASCII"
    body = mail.message.partition(b"\r\n\r\n")[2]
    for part, most in ((body, MAX_BODY_LINE_BYTES), (head, MAX_LINE_BYTES)):
        longest = max(map(len, part.split(b"\r\n")))
        if longest > most:
            yield f"a line has {longest} bytes"


def _list_faults(mail: SampleMail, head: bytes) -> Iterator[str]:
    if not mail.is_edition:
        if b"List-Unsubscribe" in head:
            yield "there is nothing to leave, but List-Unsubscribe"
        return
    if not ONE_CLICK.search(head) or POST not in head:
        yield "List-Unsubscribe is not as RFC 8058 writes it"
    for name in NEEDED_OF_EDITIONS:
        if b"\r\n" + name + b":" not in head:
            yield f"{name.decode()} is missing"


def dkimpy(mails: Sequence[SampleMail], key: DkimKey) -> list[Verdict]:
    """dkimpy, with the key's record in place of the DNS."""

    def txt(name: bytes, timeout: int = 5) -> bytes | None:
        return key.record.encode() if name.decode().rstrip(".") == key.record_name else None

    def is_valid(mail: SampleMail) -> bool:
        return bool(dkim.verify(mail.message, dnsfunc=txt))

    return _verdicts("dkimpy", mails, is_valid)


def opendkim(mails: Sequence[SampleMail], key: DkimKey) -> list[Verdict]:
    """opendkim's verifier; it exits 0 even on failure, so its output is parsed."""
    with tempfile.TemporaryDirectory(prefix="opendkim-") as folder:
        keys, config = Path(folder) / "keys", Path(folder) / "conf"
        keys.write_text(f"{key.record_name} {key.record}\n", encoding="utf-8")
        config.write_text(f"Mode v\nTestPublicKeys {keys}\nOn-Default accept\n", encoding="utf-8")

        def is_valid(mail: SampleMail) -> bool:
            path = Path(folder) / "mail"
            path.write_bytes(mail.message)
            run = subprocess.run(
                ["opendkim", "-x", str(config), "-t", str(path)],
                capture_output=True,
                text=True,
                check=False,
            )
            return "verification (s=judges" in run.stdout and "succeeded" in run.stdout

        return _verdicts("opendkim", mails, is_valid)


def _verdicts(
    judge: str, mails: Sequence[SampleMail], is_valid: Callable[[SampleMail], bool]
) -> list[Verdict]:
    return [
        Verdict(
            judge=judge,
            about=mail.name,
            faults=() if is_valid(mail) else ("the signature is not believed",),
        )
        for mail in mails
    ]
