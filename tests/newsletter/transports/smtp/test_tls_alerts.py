"""What a server's TLS alert means is told to the operator; the server is OpenSSL's own."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from certificates import Certificates
from outcome_recorder import OutcomeRecorder, mails
from servers import free_port
from smtp_helpers import Load

from newsletter.transports.base import TransportStopped
from newsletter.transports.smtp.tls import explained_alert

Answering = Callable[..., AbstractContextManager[int]]
PATIENCE_SECONDS = 20
DEMANDS = ("-Verify", "1", "-verify_return_error")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def answering(authority: Certificates) -> Answering:
    """Starts `openssl s_server`; its port."""
    identity = str(authority.server_file("localhost"))

    @contextmanager
    def start(*options: str) -> Iterator[int]:
        port = free_port()
        command = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", identity]
        command += ["-key", identity, "-CAfile", str(authority.authority), *options]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as server:
            assert server.stdout
            # It says ACCEPT once it listens.
            assert any(line.startswith(b"ACCEPT") for line in server.stdout)
            try:
                yield port
            finally:
                server.terminate()
                server.wait(PATIENCE_SECONDS)

    return start


def told(load: Load, port: int, authority: Certificates, **table: object) -> str:
    """Why the transport stops, or what is said of the mail."""
    ca_file = str(authority.authority)
    options = {"host": "localhost", "security": "tls", "ca_file": ca_file, **table}
    ledger = OutcomeRecorder()
    try:
        with load("smtp", port=port, **options).open() as session:
            session.send(mails(1), ledger)
    except TransportStopped as error:
        return str(error)
    return ledger.outcomes[1].response


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param(DEMANDS, "demands a client certificate", id="certificate required"),
        pytest.param((*DEMANDS, "-tls1_2"), "demands a client certificate", id="handshake failure"),
        pytest.param(
            ("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"),
            "its software must be renewed",
            id="protocol version",
        ),
        pytest.param(
            ("-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0"),
            "TLS versions or ciphers don't match",
            id="no common cipher",
        ),
    ],
)
def test_an_alert_is_told_with_whose_it_is_and_what_to_do(
    answering: Answering,
    load: Load,
    authority: Certificates,
    options: tuple[str, ...],
    words: str,
) -> None:
    with answering(*options) as port:
        found = told(load, port, authority)
    assert words in found


def test_a_certificate_of_an_authority_that_the_server_does_not_know(
    answering: Answering,
    load: Load,
    authority: Certificates,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    strangers = Certificates(tmp_path_factory.mktemp("strangers"))
    with answering(*DEMANDS, "-tls1_2") as port:
        found = told(load, port, authority, client_certificate=str(strangers.client()))
    assert "does not trust our client certificate" in found


def test_a_port_that_waits_for_tls_is_told_of_with_the_option(
    answering: Answering, load: Load, authority: Certificates
) -> None:
    with answering() as port:
        found = told(load, port, authority, security="starttls", answer_timeout="1s")
    assert 'write security = "tls"' in found


def test_an_internal_error_is_told_as_the_servers_fault() -> None:
    # OpenSMTPD of Debian 12, built for another OpenSSL, ends every handshake so.
    words = explained_alert("TLSV1_ALERT_INTERNAL_ERROR", "mx.wexcombe.example:587")
    assert 'mx.wexcombe.example:587 ended TLS with the alert "internal error"' in words
    assert "something is wrong in that server" in words
