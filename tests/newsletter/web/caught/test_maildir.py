"""Reading mails from a Maildir, malformed ones included."""

import os
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from newsletter.errors import ResourceNotFound
from newsletter.web.caught.maildir import CaughtMails


def put(folder: Path, name: str, content: bytes, at: int = 1_000_000, sub: str = "new") -> None:
    (folder / sub).mkdir(parents=True, exist_ok=True)
    path = folder / sub / name
    path.write_bytes(content)
    os.utime(path, (at, at))


def test_a_folder_that_is_not_there_yet_holds_no_mail(tmp_path: Path) -> None:
    assert CaughtMails(tmp_path / "mails").newest(10) == []


def test_the_newest_mail_comes_first_whether_read_or_not(tmp_path: Path) -> None:
    put(tmp_path, "1.a.host", b"Subject: old\n\n", at=100)
    put(tmp_path, "3.c.host:2,S", b"Subject: new\n\n", at=300, sub="cur")
    put(tmp_path, "2.b.host", b"Subject: middle\n\n", at=200)
    mails = CaughtMails(tmp_path)
    assert [mail.subject for mail in mails.newest(10)] == ["new", "middle", "old"]
    assert [mail.subject for mail in mails.newest(1, offset=1)] == ["middle"]
    assert mails.get("3.c.host").summary.subject == "new"


def test_encoded_words_in_headers_are_decoded(tmp_path: Path) -> None:
    put(tmp_path, "1", b"Subject: =?utf-8?q?caf=C3=A9?=\nFrom: =?utf-8?b?w4U=?= <a@b.example>\n\n")
    mail = CaughtMails(tmp_path).newest(1)[0]
    assert (mail.subject, mail.sender) == ("café", "Å <a@b.example>")


def test_the_envelopes_recipient_is_shown_before_the_headers(tmp_path: Path) -> None:
    put(tmp_path, "1", b"To: list@b.example\nX-RcptTo: ann@b.example\n\n")
    put(tmp_path, "2", b"To: list@b.example\n\n", at=1)
    found = [mail.recipient for mail in CaughtMails(tmp_path).newest(2)]
    assert found == ["ann@b.example", "list@b.example"]


def test_inline_images_become_data_urls(tmp_path: Path) -> None:
    message = EmailMessage()
    message.set_content("text")
    message.add_alternative('<img src="cid:logo"><img src=\'cid:none"x\'>', subtype="html")
    _, html = message.iter_parts()
    html.add_related(b"PNG", "image", "png", cid="<logo>")
    html.add_related(b"<svg>", "application", "octet-stream", cid="<none>")
    put(tmp_path, "1", bytes(message))
    shown = CaughtMails(tmp_path).get("1").html
    assert 'src="data:image/png;base64,UE5H"' in shown
    assert "octet-stream" not in shown


@pytest.mark.parametrize(
    "key", ["../new/1", "1/../1", "", ".", "2", "1:2,S", "\x00", "/etc/passwd"]
)
def test_only_a_mail_of_the_folder_can_be_named(tmp_path: Path, key: str) -> None:
    put(tmp_path, "1", b"Subject: x\n\n")
    (tmp_path / "secret").write_text("not a mail")
    with pytest.raises(ResourceNotFound):
        CaughtMails(tmp_path).get(key)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300))
@example(b"Content-Type: text/html; charset=nonsense\n\n\xff")
@example(b"Content-Type: text/html; charset*=unknown'x'%ff\n\nx")
@example(b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n!!!")
@example(b"Content-Type: text/plain\nContent-Transfer-Encoding: uuencode\n\nbegin 6\n!!!")
@example(b"Content-Type: multipart/mixed\n\nno boundary")
@example(b"Content-Type: multipart/mixed; boundary=x\n\n--x\n--x\n--x--")
@example(b"Subject: =?utf-8?b?!?=\nFrom: =?nonsense?q?x?=\n\n")
@example(b"Subject: =?utf-8?q?=ff?= \xff\xfe\n\n")
@example(b"Content-Type: message/rfc822\n\nSubject: inner\n\n")
@example(b"\x00" * 50)
def test_arbitrary_mails_can_be_shown(tmp_path: Path, content: bytes) -> None:
    put(tmp_path, "1", content)
    mails = CaughtMails(tmp_path)
    shown = mails.get("1")
    assert shown.raw == content
    assert mails.newest(1)[0].key == "1"
    for text in (shown.html, shown.text, shown.source, shown.summary.subject):
        assert text.encode("utf-8", "surrogateescape") is not None


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["Subject", "From", "Content-Type", "Content-ID", "Content-Disposition"]),
    value=st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=60),
    body=st.binary(max_size=60),
)
def test_arbitrary_headers_can_be_shown(tmp_path: Path, name: str, value: str, body: bytes) -> None:
    put(tmp_path, "1", f"{name}: {value}\n\n".encode("latin-1") + body)
    assert CaughtMails(tmp_path).get("1").headers is not None
