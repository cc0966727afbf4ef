"""Content as it follows DATA: dots doubled, the end where RFC 5321, 4.5.2 says."""

from hypothesis import given
from hypothesis import strategies as st

from newsletter.transports.smtp_envelope import stuffed

LINES = st.lists(st.sampled_from([b"", b".", b"..", b".x", b"text", b"a.b"]), max_size=6)


@given(LINES)
def test_taking_the_first_dots_away_gives_the_content_back(lines: list[bytes]) -> None:
    content = b"".join(line + b"\r\n" for line in lines)
    *sent, end, _ = stuffed(content).split(b"\r\n")
    assert end == b"."
    assert [line.removeprefix(b".") for line in sent] == lines


@given(LINES)
def test_no_line_of_the_content_is_taken_for_its_end(lines: list[bytes]) -> None:
    sent = stuffed(b"".join(line + b"\r\n" for line in lines)).split(b"\r\n")
    assert sent.count(b".") == 1


def test_a_last_line_without_an_end_is_given_one() -> None:
    assert stuffed(b"words") == b"words\r\n.\r\n"
