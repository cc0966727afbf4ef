"""Content as it follows DATA: dots doubled, the end where RFC 5321, 4.5.2 says."""

from hypothesis import given
from hypothesis import strategies as st

from newsletter.transports.base import Mail
from newsletter.transports.smtp.envelope import stuffed

LINES = st.lists(st.sampled_from([b"", b".", b"..", b".x", b"text", b"a.b"]), max_size=6)


def sent_as(content: bytes, *, plain: bool = False) -> bytes:
    return b"".join(
        stuffed(Mail(key=1, sender="", recipient="a@b.example", content=content, plain=plain))
    )


@given(LINES)
def test_dot_unstuffing_restores_the_content(lines: list[bytes]) -> None:
    content = b"".join(line + b"\r\n" for line in lines)
    *sent, end, _ = sent_as(content).split(b"\r\n")
    assert end == b"."
    assert [line.removeprefix(b".") for line in sent] == lines


@given(LINES)
def test_no_line_of_the_content_is_a_final_dot(lines: list[bytes]) -> None:
    sent = sent_as(b"".join(line + b"\r\n" for line in lines)).split(b"\r\n")
    assert sent.count(b".") == 1


def test_a_missing_last_line_end_is_added() -> None:
    assert sent_as(b"words") == b"words\r\n.\r\n"


def test_content_without_leading_dots_is_unchanged() -> None:
    assert sent_as(b"words\r\n", plain=True) == sent_as(b"words\r\n") == b"words\r\n.\r\n"
