"""What a server tells of itself, and what it will not do."""

from certificates import Certificates
from faulty_smtp import FEATURES
from smtp_helpers import Load, Start

from newsletter.transports.base import CheckFinding
from newsletter.transports.smtp.report import ServerFacts, findings

FACTS = ServerFacts(
    name="mail.wexcombe.example",
    address="192.0.2.25",
    features={
        "PIPELINING": "",
        "8BITMIME": "",
        "SMTPUTF8": "",
        "SIZE": "10485760",
        "ENHANCEDSTATUSCODES": "",
        "LIMITS": "MAILMAX=20",
    },
    pipelining="envelope",
    size=10_485_760,
    max_mails=20,
    tls="TLSv1.3, TLS_AES_256_GCM_SHA384",
    certificate="mail.wexcombe.example, by Little Wexcombe CA, until Nov 27 09:00:00 2026 GMT",
    login="PLAIN",
)


def words(found: list[CheckFinding], about: str) -> list[str]:
    return [finding.words for finding in found if finding.about == about]


def test_a_full_featured_server_is_described() -> None:
    assert findings(FACTS) == [
        CheckFinding(about="server", words="mail.wexcombe.example at 192.0.2.25"),
        CheckFinding(about="TLS", words="TLSv1.3, TLS_AES_256_GCM_SHA384"),
        CheckFinding(about="certificate", words=FACTS.certificate),
        CheckFinding(about="login", words="PLAIN"),
        CheckFinding(
            about="extensions",
            words="8BITMIME, ENHANCEDSTATUSCODES, LIMITS, PIPELINING, SIZE, SMTPUTF8",
        ),
        CheckFinding(
            about="limits", words="mails of 10.5 MB, 20 mails a connection, LIMITS MAILMAX=20"
        ),
    ]


def test_missing_extensions_are_explained() -> None:
    bare = ServerFacts(
        name="",
        address="192.0.2.25",
        features={},
        pipelining="envelope",
        size=None,
        max_mails=0,
        tls="",
        certificate="",
        login="",
    )
    told = words(findings(bare), "will not")
    assert [line.partition("(")[2].partition(")")[0] for line in told] == [
        "SMTPUTF8",
        "PIPELINING",
        "8BITMIME",
        "SIZE",
        "ENHANCEDSTATUSCODES",
    ]


def test_inspecting_sends_no_mail(
    faulty_smtp: Start, load: Load, certificates: Certificates
) -> None:
    server = faulty_smtp(
        features=[*FEATURES, "STARTTLS", "AUTH PLAIN"], tls=certificates.server("localhost")
    )
    transport = load(
        "smtp",
        host="localhost",
        port=server.port,
        ca_file=str(certificates.authority),
        username="news",
        password="secret",
    )
    found = transport.inspect()
    assert words(found, "server") == ["mail.wexcombe.example at 127.0.0.1"]
    assert words(found, "TLS")[0].startswith("TLSv1.")
    assert words(found, "certificate")[0].startswith("localhost, by Little Wexcombe CA, until ")
    assert words(found, "login") == ["PLAIN"]
    assert server.verbs() == ["EHLO", "STARTTLS", "EHLO", "AUTH", "QUIT"]


def test_a_blank_line_of_extensions_is_none(faulty_smtp: Start, load: Load) -> None:
    server = faulty_smtp(features=["", "SIZE 1000"])
    found = load("smtp", host="localhost", port=server.port, security="plain").inspect()
    assert words(found, "extensions") == ["SIZE"]
