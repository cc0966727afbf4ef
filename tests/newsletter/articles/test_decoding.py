"""Character decoding."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imported import CONTEXT

from newsletter.articles.body.sanitising import without_controls
from newsletter.articles.importers.base import Record, Unreadable
from newsletter.articles.importers.formats import mails
from newsletter.articles.importers.values.decoding import decode

PROSE = "“The harbour’s wall – a café’s view.” Naïve? " * 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_prose_is_decoded_in_each_encoding(encoding: str) -> None:
    assert decode(PROSE.encode(encoding)) == PROSE


@given(st.text(min_size=1).filter(lambda text: without_controls(text).strip()))
def test_utf_8_text_is_decoded_without_control_characters(text: str) -> None:
    written = text.encode("utf-8", "ignore")
    assert decode(b"\xef\xbb\xbf" + written) == without_controls(written.decode())


def test_stray_windows_1252_bytes_in_utf_8_are_decoded() -> None:
    content = "“Curly” – ‘quotes’\n".encode() + b"It\x92s \x805\n"
    assert decode(content) == "“Curly” – ‘quotes’\nIt’s €5\n"


@pytest.mark.parametrize("label", ["iso-8859-1", "latin1", "us-ascii", "windows-1252", "x-cp1252"])
def test_encoding_labels_follow_the_whatwg_standard(label: str) -> None:
    assert decode(b"It\x92s \x805", label) == "It’s €5"


def test_valid_utf_8_overrides_the_declared_encoding() -> None:
    assert decode("It’s €5".encode(), "iso-8859-1") == "It’s €5"


def test_another_alphabet_in_an_old_encoding_is_not_guessed() -> None:
    with pytest.raises(Unreadable, match="save it again as UTF-8"):
        decode("Новости гавани и города".encode("koi8-r"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04...", "a Word, LibreOffice or zip file"),
        (b"%PDF-1.4", "a PDF"),
        (b"\xff\xfea", "says it is UTF-16, but byte 2 is not"),
        (b"a\x00b\x01\xff", "not text"),
        (b"\0" * 50 + b"a", "not text"),
    ],
)
def test_binary_formats_are_named_in_the_error(content: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        decode(content)


@pytest.mark.parametrize("beside", ["", "é\xa0 Straße 港 😀"])
def test_characters_that_xml_cannot_hold_are_removed_whatever_stands_beside_them(
    beside: str,
) -> None:
    nonsense = "\x00\x08\x0b\x1f\x7f\x80\x84\x86\x9f\ud800\udfff\ufdd0\ufdef\ufffe\uffff"
    nonsense += "\U0001fffe\U0008ffff\U0010fffe"
    for character in nonsense:
        assert without_controls(f"{beside}a{character}b") == f"{beside}ab"
    for character in "\t\n\x85\xa0\ud7ff\ue000\ufdcf\ufdf0\ufffd\U00010000\U0010fffd":
        assert without_controls(f"{beside}a{character}b") == f"{beside}a{character}b"


@pytest.mark.parametrize(
    ("label", "codec"), [("utf-7", "utf-7"), ("hz-gb-2312", "hz"), ("ISO-2022-KR", "iso2022_kr")]
)
def test_encodings_of_mail_only_are_read_where_a_mail_declares_them(label: str, codec: str) -> None:
    words = "中 fair"
    head = f"Subject: One\nContent-Type: text/plain; charset={label}\n\n".encode()
    [record] = mails.read(head + words.encode(codec), "a.eml", CONTEXT)
    assert isinstance(record, Record)
    assert record.body_html == f"<p>{words}</p>"
