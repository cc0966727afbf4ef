"""What a transport cannot carry is told by the configuration, before anything is sent."""

from pathlib import Path

import pytest
from support import CONFIG, SECRET

from newsletter.config.loading import parse_config
from newsletter.transports.compatibility import incompatibilities

SIGNED = """
[senders.signed]
address = "news@wexcombe.example"
dkim_key = "a key"
dkim_selector = "s1"
[transports.brevo]
kind = "brevo"
api_key = "k"
[transports.gateway]
kind = "http"
[routes.both]
members = { default = 1 }
fallback = "brevo"
[digests.signed]
name = "Signed"
sender = "signed"
transport = "TRANSPORT"
"""


PICTURES = """
[theme]
images = "inline"
[transports.brevo]
kind = "brevo"
api_key = "k"
[transports.batches]
kind = "resend"
api_key = "k"
[transports.singles]
kind = "resend"
api_key = "k"
batch = 1
[transports.mailgun]
kind = "mailgun"
[digests.illustrated]
name = "Illustrated"
transport = "TRANSPORT"
"""


def problems(transport: str, added: str = SIGNED) -> list[str]:
    text = CONFIG.format(secret=SECRET, database="sqlite://") + added
    text = text.replace("TRANSPORT", transport)
    return list(incompatibilities(parse_config(text, Path("newsletter.toml"), {})))


@pytest.mark.parametrize("transport", ["brevo", "both"])
def test_our_signature_cannot_go_by_a_provider_that_signs_itself(transport: str) -> None:
    (problem,) = problems(transport)
    assert problem.startswith("digests.signed: its sender signs by DKIM (senders.signed.dkim_key)")
    assert "transports.brevo" in problem


@pytest.mark.parametrize("transport", ["", "default", "gateway"])
def test_our_signature_goes_by_what_carries_whole_messages(transport: str) -> None:
    assert problems(transport) == []


@pytest.mark.parametrize("transport", ["brevo", "batches"])
def test_pictures_inside_mails_need_a_transport_that_carries_them(transport: str) -> None:
    (problem,) = problems(transport, PICTURES)
    assert problem.startswith('digests.illustrated: theme.images is "inline"')
    assert f"transports.{transport}" in problem


@pytest.mark.parametrize("transport", ["", "singles", "mailgun"])
def test_pictures_inside_mails_go_by_others(transport: str) -> None:
    assert problems(transport, PICTURES) == []
