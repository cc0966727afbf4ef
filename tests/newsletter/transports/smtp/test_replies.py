"""What a reply of an SMTP server means for a mail."""

import pytest

from newsletter.transports.base import Accepted, Deferred, Refused, TransportStopped
from newsletter.transports.smtp.replies import Reply, SmtpCommand, outcome_of


def reply(code: int, text: str) -> Reply:
    return Reply(code=code, lines=(text,))


def test_control_characters_of_a_response_are_replaced() -> None:
    assert reply(550, "no\x1b[2Jsuch").response == "550 no?[2Jsuch"


@pytest.mark.parametrize(("text", "code"), [("5.1.1 unknown", "5.1.1"), ("unknown", "")])
def test_the_enhanced_status_code_is_found(text: str, code: str) -> None:
    assert reply(550, text).enhanced == code


def test_only_a_reply_to_the_content_accepts() -> None:
    assert isinstance(outcome_of(reply(250, "2.0.0 queued"), SmtpCommand.CONTENT), Accepted)


@pytest.mark.parametrize(("code", "is_throttled"), [(421, True), (451, False)])
def test_a_temporary_refusal_defers(code: int, is_throttled: bool) -> None:
    found = outcome_of(reply(code, "try later"), SmtpCommand.RCPT)
    assert isinstance(found, Deferred)
    assert found.throttled is is_throttled


@pytest.mark.parametrize(
    ("code", "text", "step"),
    [
        (535, "5.7.8 login failed", SmtpCommand.RCPT),
        (550, "5.7.1 sender refused", SmtpCommand.MAIL),
    ],
)
def test_a_refusal_of_us_stops_the_transport(code: int, text: str, step: SmtpCommand) -> None:
    with pytest.raises(TransportStopped, match="check the sender's address"):
        outcome_of(reply(code, text), step)


def test_a_refusal_of_the_recipient_is_recorded() -> None:
    assert isinstance(outcome_of(reply(550, "5.1.1 no such user"), SmtpCommand.RCPT), Refused)
