"""TLS and login: never downgraded, secrets never printed."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from certificates import Certificates
from faulty_smtp import FEATURES, FaultySmtp, Reaction, Script, say
from outcome_recorder import OutcomeRecorder, mail, mails

from newsletter.errors import ConfigurationError
from newsletter.transports.base import Deferred, TransportStopped

Start = Callable[..., FaultySmtp]
Load = Callable[..., Any]
PASSWORD = "harbour-lights-1847"


def deliver(
    load: Load, server: FaultySmtp, host: str = "localhost", **table: Any
) -> OutcomeRecorder:
    ledger = OutcomeRecorder()
    with load("smtp", host=host, port=server.port, **table).open() as session:
        session.send(mails(3), ledger)
    return ledger


@pytest.fixture(params=["starttls", "tls"])
def security(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def start(
    faulty_smtp: Start, certificates: Certificates, security: str
) -> Callable[..., FaultySmtp]:
    """Starts a server with TLS of the kind under test."""

    def start(
        script: Script | None = None, host: str = "localhost", self_signed: bool = False
    ) -> FaultySmtp:
        tls = certificates.self_signed(host) if self_signed else certificates.server(host)
        return faulty_smtp(
            script,
            features=[*FEATURES, "STARTTLS", "AUTH PLAIN LOGIN"],
            tls=tls,
            implicit=security == "tls",
        )

    return start


class TestCertificates:
    def test_a_valid_certificate_is_accepted(
        self, start: Start, load: Load, security: str, certificates: Certificates
    ) -> None:
        server = start()
        ledger = deliver(load, server, security=security, ca_file=str(certificates.authority))
        assert ledger.kinds == ["Accepted"] * 3

    def test_a_certificate_for_an_ip_address_is_accepted(
        self, start: Start, load: Load, security: str, certificates: Certificates
    ) -> None:
        server, trusted = start(host="127.0.0.1"), str(certificates.authority)
        ledger = deliver(load, server, "127.0.0.1", security=security, ca_file=trusted)
        assert ledger.kinds == ["Accepted"] * 3

    def test_a_certificate_for_another_host_stops_the_transport(
        self, start: Start, load: Load, security: str, certificates: Certificates
    ) -> None:
        server, trusted = start(host="mail.elsewhere.example"), str(certificates.authority)
        with pytest.raises(TransportStopped, match=r"certificate .* not valid for 'localhost'"):
            deliver(load, server, security=security, ca_file=trusted)
        assert "MAIL" not in server.verbs()

    def test_a_self_signed_certificate_stops_the_transport(
        self, start: Start, load: Load, security: str
    ) -> None:
        with pytest.raises(TransportStopped, match="self-signed"):
            deliver(load, start(self_signed=True), security=security)

    def test_a_certificate_of_an_unknown_authority_stops_the_transport(
        self, start: Start, load: Load, security: str
    ) -> None:
        with pytest.raises(TransportStopped, match="unable to get local issuer"):
            deliver(load, start(), security=security)

    def test_an_unreadable_ca_file_is_a_configuration_error(self, load: Load) -> None:
        with pytest.raises(ConfigurationError, match=r"ca_file: .*nowhere\.pem"):
            load("smtp", host="localhost", ca_file="nowhere.pem")


class TestStartTls:
    def test_a_server_without_starttls_stops_the_transport(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp()
        with pytest.raises(TransportStopped, match="does not offer STARTTLS"):
            deliver(load, server)
        assert "MAIL" not in server.verbs()

    def test_a_refused_starttls_stops_the_transport(self, faulty_smtp: Start, load: Load) -> None:
        server = faulty_smtp({"STARTTLS": say("502 5.5.1 no")}, features=["STARTTLS"])
        with pytest.raises(TransportStopped, match="STARTTLS: 502"):
            deliver(load, server)

    def test_a_temporary_refusal_defers(self, faulty_smtp: Start, load: Load) -> None:
        server = faulty_smtp({"STARTTLS": say("454 4.7.0 not now")}, features=["STARTTLS"])
        assert deliver(load, server).kinds == ["Deferred"] * 3

    def test_injected_responses_before_tls_are_refused(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        injected = Reaction(b"220 go on\r\n250-injected\r\n250 AUTH PLAIN\r\n")
        server = faulty_smtp({"STARTTLS": injected}, features=["STARTTLS"])
        with pytest.raises(TransportStopped, match="meddling"):
            deliver(load, server)

    def test_a_disconnect_in_the_handshake_defers(self, faulty_smtp: Start, load: Load) -> None:
        closing = Reaction(b"220 go on\r\n", then="close")
        server = faulty_smtp({"STARTTLS": closing}, features=["STARTTLS"])
        assert deliver(load, server).kinds == ["Deferred"] * 3

    def test_a_plain_server_at_a_tls_port_stops_the_transport(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        with pytest.raises(TransportStopped, match='write security = "starttls"'):
            deliver(load, faulty_smtp(), security="tls")

    def test_a_certificate_against_rfc_5280_is_refused_with_the_option_to_accept_it(
        self, faulty_smtp: Start, load: Load, certificates: Certificates, security: str
    ) -> None:
        server = faulty_smtp(
            features=[*FEATURES, "STARTTLS"],
            tls=certificates.server_without_authority_key("localhost"),
            implicit=security == "tls",
        )
        table = {"security": security, "ca_file": str(certificates.authority)}
        with pytest.raises(TransportStopped, match="strict_certificates = false") as error:
            deliver(load, server, **table)
        assert "Authority Key Identifier" in str(error.value)
        ledger = deliver(load, server, **table, strict_certificates=False)
        assert ledger.kinds == ["Accepted"] * 3


class TestClientCertificates:
    @pytest.fixture
    def demanding(
        self, faulty_smtp: Start, certificates: Certificates, security: str
    ) -> FaultySmtp:
        return faulty_smtp(
            features=[*FEATURES, "STARTTLS"],
            tls=certificates.demanding("localhost"),
            implicit=security == "tls",
        )

    def test_a_demanded_client_certificate_is_named_in_the_error(
        self, demanding: FaultySmtp, load: Load, certificates: Certificates, security: str
    ) -> None:
        # The TLS alert may be lost where it crosses our EHLO: then the error is only a hint.
        try:
            ledger = deliver(
                load, demanding, security=security, ca_file=str(certificates.authority)
            )
            told = ledger.outcomes[1].response
            assert ledger.kinds == ["Deferred"] * 3
        except TransportStopped as error:
            told = str(error)
        assert "demands a client certificate" in told
        assert not demanding.mails

    def test_the_client_certificate_is_presented(
        self, demanding: FaultySmtp, load: Load, certificates: Certificates, security: str
    ) -> None:
        ledger = deliver(
            load,
            demanding,
            security=security,
            ca_file=str(certificates.authority),
            client_certificate=str(certificates.client()),
        )
        assert ledger.kinds == ["Accepted"] * 3

    def test_a_demand_in_a_reply_stops_the_transport(self, faulty_smtp: Start, load: Load) -> None:
        words = "421 4.7.1 mx.wexcombe.example Error: No client certificate presented"
        server = faulty_smtp({"EHLO": say(words)})
        with pytest.raises(TransportStopped, match="set client_certificate"):
            deliver(load, server, security="plain")

    def test_an_invalid_certificate_file_is_an_error(self, load: Load, tmp_path: Path) -> None:
        (tmp_path / "client.pem").write_text("nothing")
        with pytest.raises(ConfigurationError, match=r"client_certificate: .*client\.pem"):
            load("smtp", host="mail.example", client_certificate="client.pem")


class TestLogin:
    @pytest.fixture
    def login(self, certificates: Certificates, security: str) -> dict[str, str]:
        return {
            "security": security,
            "ca_file": str(certificates.authority),
            "username": "newsletter",
            "password": PASSWORD,
        }

    def test_plain_is_preferred(self, start: Start, load: Load, login: dict[str, str]) -> None:
        server = start()
        assert deliver(load, server, **login).kinds == ["Accepted"] * 3
        word, way, token = next(c for c in server.commands if c.startswith("AUTH")).split()
        assert (word, way) == ("AUTH", "PLAIN")
        assert base64.b64decode(token) == f"\0newsletter\0{PASSWORD}".encode()

    def test_a_refused_login_stops_the_transport_without_revealing_the_secret(
        self, start: Start, load: Load, login: dict[str, str]
    ) -> None:
        server = start({"AUTH": say("535 5.7.8 bad credentials")})
        with pytest.raises(
            TransportStopped, match="refused the login of newsletter by PLAIN: 535"
        ) as error:
            deliver(load, server, **login)
        assert PASSWORD not in repr(error.getrepr(showlocals=False))

    def test_a_temporary_login_failure_defers(
        self, start: Start, load: Load, login: dict[str, str]
    ) -> None:
        ledger = deliver(load, start({"AUTH": say("454 4.7.0 later")}), **login)
        assert ledger.kinds == ["Deferred"] * 3
        assert isinstance(ledger.outcomes[1], Deferred)

    def test_login_is_used_where_plain_is_not_offered(self, faulty_smtp: Start, load: Load) -> None:
        script: Script = {
            "AUTH": say("334 VXNlcm5hbWU6"),
            base64.b64encode(b"newsletter").decode().upper(): say("334 UGFzc3dvcmQ6"),
            base64.b64encode(PASSWORD.encode()).decode().upper(): say("235 2.7.0 welcome"),
        }
        server = faulty_smtp(script, features=["AUTH=LOGIN"])
        ledger = deliver(load, server, security="plain", username="newsletter", password=PASSWORD)
        assert ledger.kinds == ["Accepted"] * 3

    def test_no_common_login_mechanism_stops_the_transport(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp(features=["AUTH GSSAPI"])
        with pytest.raises(TransportStopped, match="no login that we can use"):
            deliver(load, server, security="plain", username="newsletter", password=PASSWORD)

    def test_the_password_is_never_printed(self, load: Load) -> None:
        transport = load("smtp", host="localhost", username="newsletter", password=PASSWORD)
        assert PASSWORD not in repr(transport) + str(vars(transport))


class TestOptions:
    """Unsafe options are refused."""

    @pytest.mark.parametrize(
        ("table", "words"),
        [
            ({"security": "plain"}, "security: found 'plain'; mail to mail.example"),
            ({"security": "none"}, "security: found 'none'"),
            ({"username": "x"}, "username: found 'x'; username and password go together"),
            ({"password": PASSWORD}, "username: found ''"),
            ({"port": 99999}, "port: found 99999"),
            ({"timeout": "0s"}, "timeout: found '0s'"),
            ({"hostname": "x"}, "hostname: no such option"),
            (
                {
                    "security": "plain",
                    "allow_plain": True,
                    "username": "x",
                    "password": PASSWORD,
                },
                "username: found 'x'; a password never travels unencrypted",
            ),
        ],
    )
    def test_the_message_names_the_option(
        self, load: Load, table: dict[str, Any], words: str
    ) -> None:
        with pytest.raises(ConfigurationError) as error:
            load("smtp", host="mail.example", **table)
        assert f"transports.main.{words}" in str(error.value)
        assert PASSWORD not in str(error.value)

    def test_plain_to_another_machine_needs_allow_plain(self, load: Load) -> None:
        assert load("smtp", host="mail.example", security="plain", allow_plain=True)

    def test_the_password_may_come_from_the_environment(
        self, load: Load, faulty_smtp: Start
    ) -> None:
        server = faulty_smtp(features=["AUTH PLAIN"])
        environment = {"NEWSLETTER_TRANSPORTS_MAIN_PASSWORD": PASSWORD}
        transport = load(
            "smtp", environment, host="127.0.0.1", port=server.port, security="plain", username="x"
        )
        with transport.open() as session:
            session.send([mail()], OutcomeRecorder())
        token = server.commands[1].split()[-1]
        assert base64.b64decode(token) == f"\0x\0{PASSWORD}".encode()
