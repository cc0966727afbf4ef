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


def problems(transport: str) -> list[str]:
    text = CONFIG.format(secret=SECRET, database="sqlite://") + SIGNED
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
