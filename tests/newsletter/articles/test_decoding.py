"""From bytes to text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.articles.importers.base import Unreadable
from newsletter.articles.importers.decoding import decode
from newsletter.articles.sanitising import without_controls

PROSE = "“The harbour’s wall – a café’s view.” Naïve? " * 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_prose_is_read_in_each_encoding(encoding: str) -> None:
    assert decode(PROSE.encode(encoding)) == PROSE


@given(st.text(min_size=1).filter(lambda text: without_controls(text).strip()))
def test_every_text_in_utf_8_comes_back_without_its_control_characters(text: str) -> None:
    written = text.encode("utf-8", "ignore")
    assert decode(b"\xef\xbb\xbf" + written) == without_controls(written.decode())


def test_a_byte_of_windows_1252_in_a_utf_8_file_is_read_as_such() -> None:
    content = "“Curly” – ‘quotes’\n".encode() + b"It\x92s \x805\n"
    assert decode(content) == "“Curly” – ‘quotes’\nIt’s €5\n"


@pytest.mark.parametrize("label", ["iso-8859-1", "latin1", "us-ascii", "windows-1252", "x-cp1252"])
def test_labels_mean_what_browsers_take_them_to_mean(label: str) -> None:
    assert decode(b"It\x92s \x805", label) == "It’s €5"


def test_what_is_utf_8_is_read_as_such_whatever_it_declares() -> None:
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
def test_what_cannot_be_read_is_called_by_its_name(content: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        decode(content)
