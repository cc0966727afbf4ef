"""Logins by a proof of the password, where the server offers nothing else."""

import base64
import hmac
from typing import Any

import pytest
from faulty_smtp import FaultySmtp
from outcome_recorder import mails
from scramp import ScramException, ScramMechanism
from smtp_helpers import Load, send

from newsletter.transports.base import TransportStopped

LOGIN = {"username": "newsletter", "password": "harbour-lights-1847"}
CHALLENGE = b"<1896.697170952@mail.wexcombe.example>"


class ChallengeResponseServer(FaultySmtp):
    """A server that asks for a proof of the password.

    Args:
        proves_itself: whether it proves that it knows the password too.
    """

    def __init__(self, mechanism: str, password: str, *, proves_itself: bool = True) -> None:
        self._mechanism = mechanism
        self._password = password
        self._proves_itself = proves_itself
        super().__init__(features=[f"AUTH {mechanism}"])

    def _command(self, talk: Any) -> None:
        if not talk.lines.startswith(b"AUTH"):
            talk.lines = self._line(talk) + b"\r\n" + talk.lines
        if not talk.lines.startswith(b"AUTH"):
            super()._command(talk)
            return
        first = self._line(talk).decode()
        self.commands.append(first)
        known = self._cram(talk) if "CRAM-MD5" in first else self._scram(talk, first.split()[2])
        talk.socket.sendall(b"235 2.7.0 welcome\r\n" if known else b"535 5.7.8 no\r\n")

    def _asked(self, talk: Any, challenge: bytes) -> bytes:
        talk.socket.sendall(b"334 " + base64.b64encode(challenge) + b"\r\n")
        return base64.b64decode(self._line(talk))

    def _cram(self, talk: Any) -> bool:
        proof = hmac.new(self._password.encode(), CHALLENGE, "md5").hexdigest()
        return self._asked(talk, CHALLENGE) == f"newsletter {proof}".encode()

    def _scram(self, talk: Any, first: str) -> bool:
        mechanism = ScramMechanism(mechanism=self._mechanism)
        salt, stored, key, rounds = mechanism.make_auth_info(self._password)
        server = mechanism.make_server(lambda _name: (salt, stored, key, rounds))
        try:
            server.set_client_first(base64.b64decode(first).decode())
            challenge = server.get_server_first().encode()
            server.set_client_final(self._asked(talk, challenge).decode())
        except ScramException:
            return False
        if self._proves_itself:
            self._asked(talk, server.get_server_final().encode())
        return True


@pytest.mark.parametrize("mechanism", ["CRAM-MD5", "SCRAM-SHA-256", "SCRAM-SHA-1"])
class TestChallengeResponse:
    def test_the_password_is_accepted_without_being_sent(self, mechanism: str, load: Load) -> None:
        server = ChallengeResponseServer(mechanism, LOGIN["password"])
        assert send(load, server, mails(2), **LOGIN).kinds == ["Accepted"] * 2
        server.stop()

    def test_a_wrong_password_stops_the_transport(self, mechanism: str, load: Load) -> None:
        server = ChallengeResponseServer(mechanism, "another")
        with pytest.raises(TransportStopped, match=f"newsletter by {mechanism}: 535 5.7.8 no"):
            send(load, server, mails(2), **LOGIN)
        server.stop()


def test_a_server_without_the_password_is_refused(load: Load) -> None:
    server = ChallengeResponseServer("SCRAM-SHA-256", LOGIN["password"], proves_itself=False)
    with pytest.raises(TransportStopped, match="did not prove"):
        send(load, server, mails(2), **LOGIN)
    server.stop()
    assert not server.mails
