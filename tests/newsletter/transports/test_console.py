"""The console transport, beyond the contract."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from outcome_recorder import OutcomeRecorder, mail, message

from newsletter.transports import console
from newsletter.transports.base import Accepted, TransportStopped

Load = Callable[..., Any]


def printed(content: bytes, capsys: pytest.CaptureFixture[str], load: Load) -> str:
    with load("console").open() as session:
        session.send([mail(content=content)], OutcomeRecorder())
    return capsys.readouterr().out


def test_it_prints_headers_and_text(capsys: pytest.CaptureFixture[str], load: Load) -> None:
    found = printed(message("Buses – ½ fare\r\n".encode()), capsys, load)
    assert "RCPT TO:<ada@wexcombe.example>" in found
    assert "Subject: Buses\n" in found
    assert "\n\nBuses – ½ fare\n" in found
    assert "MIME-Version" not in found


def test_control_characters_do_not_reach_the_terminal(
    capsys: pytest.CaptureFixture[str], load: Load
) -> None:
    found = printed(message(b"\x1b]0;title\x07\xc2\x9b31m\r\n"), capsys, load)
    assert "�]0;title��31m" in found


def test_an_unknown_charset_is_reported(capsys: pytest.CaptureFixture[str], load: Load) -> None:
    content = b"Content-Type: text/plain; charset=klingon\r\n\r\n\xff\r\n"
    assert "klingon" in printed(content, capsys, load)


def test_a_message_without_a_text_is_printed(
    capsys: pytest.CaptureFixture[str], load: Load
) -> None:
    assert "RCPT TO" in printed(b"Content-Type: image/png\r\n\r\nx", capsys, load)


def test_unencodable_characters_become_question_marks() -> None:
    raw, ledger = io.BytesIO(), OutcomeRecorder()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    session = console.Transport(console.TerminalOptions(), stream).open()
    session.send([mail(content=message("½\r\n".encode()))], ledger)
    assert isinstance(ledger.outcomes[1], Accepted)
    assert b"\n?\n" in raw.getvalue()


def test_a_closed_terminal_stops_the_transport() -> None:
    stream = io.StringIO()
    session = console.Transport(console.TerminalOptions(), stream).open()
    stream.close()
    ledger = OutcomeRecorder()
    with pytest.raises(TransportStopped, match="cannot be written to"):
        session.send([mail()], ledger)
    assert ledger.kinds == ["Deferred"]
