"""Sending to an SMTP server that behaves as told, and what came of it."""

from collections.abc import Callable
from typing import Any

import pytest
from faulty_smtp import FEATURES, FaultySmtp
from outcome_recorder import OutcomeRecorder, mail

from newsletter.transports.base import Mail, Outcome

Start = Callable[..., FaultySmtp]
Load = Callable[..., Any]

WITH_AND_WITHOUT_PIPELINING = pytest.mark.parametrize(
    "features", [FEATURES, ("8BITMIME",)], ids=["pipelining", "step by step"]
)

# A server that hangs costs a test a second.
HASTY = {"timeout": "1s", "answer_timeout": "1s", "final_dot_timeout": "1s"}


def send(load: Load, server: FaultySmtp | int, sent: list[Mail], **table: Any) -> OutcomeRecorder:
    ledger = OutcomeRecorder()
    port = server if isinstance(server, int) else server.port
    table = {"security": "plain", **HASTY, **table}
    transport = load("smtp", host="127.0.0.1", port=port, **table)
    with transport.open() as session:
        session.send(iter(sent), ledger)
    return ledger


def outcome(load: Load, server: FaultySmtp, **table: Any) -> Outcome:
    return send(load, server, [mail()], **table).outcomes[1]
