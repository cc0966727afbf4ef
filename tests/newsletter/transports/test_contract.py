"""The contract of newsletter.transports.base, held by every transport with a real peer."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from outcome_recorder import OutcomeRecorder, mail, mails, message
from peers import PEERS, Peer

from newsletter.transports.base import Accepted, Mail, Refused
from newsletter.transports.registry import KINDS

UNSUBSCRIBE = (
    "List-Unsubscribe:\r\n <https://wexcombe.example/u/" + "k" * 120 + ">\r\n"
    "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    "List-Id: Wexcombe Forward <news.wexcombe.example>\r\n"
).encode()


@pytest.fixture(params=sorted(PEERS))
def peer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Peer]:
    with PEERS[request.param](tmp_path) as found:
        yield found


def arrived(peer: Peer, *sent: Mail) -> None:
    """What the other end has is just what was sent, in whatever order it keeps it."""
    assert sorted(peer.take(), key=repr) == sorted(map(peer.carried, sent), key=repr)


def test_every_kind_has_a_peer() -> None:
    kinds_of_smtp = {"aiosmtpd", "pipelining", "smtp-sink"}
    missing = set(KINDS) - set(PEERS) - ({"smtp"} if kinds_of_smtp <= set(PEERS) else set())
    assert not missing, (
        f"{', '.join(sorted(missing))}: in tests/newsletter/transports/peers.py name a provider's "
        "server in RAW_SERVERS or FIELD_SERVERS, or add a peer of anything else to PEERS, so that "
        "every test of the contract runs on it"
    )


def test_every_mail_is_settled_once_and_arrives(peer: Peer) -> None:
    ledger, sent = OutcomeRecorder(), mails(25)
    with peer.transport.open() as session:
        session.send(iter(sent), ledger)
    assert set(ledger.outcomes) == {m.key for m in sent}
    assert all(isinstance(outcome, Accepted) for outcome in ledger.outcomes.values())
    arrived(peer, *sent)


def test_every_accepted_mail_was_announced_as_handed_over(peer: Peer) -> None:
    ledger, sent = OutcomeRecorder(), mails(5)
    with peer.transport.open() as session:
        session.send(sent, ledger)
    assert ledger.handed_over == [m.key for m in sent]


def test_the_response_identifies_the_mail_at_the_next_hop(peer: Peer) -> None:
    ledger = OutcomeRecorder()
    with peer.transport.open() as session:
        session.send([mail()], ledger)
    outcome = ledger.outcomes[1]
    assert isinstance(outcome, Accepted)
    assert outcome.response
    assert outcome.response.isprintable()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b".\r\n", id="a lone dot"),
        pytest.param(b".\r\n..\r\n...\r\n.x\r\n", id="dots first"),
        pytest.param(b"end of data?\r\n.\r\nMAIL FROM:<x@y.example>\r\n", id="a smuggled command"),
        pytest.param(b"x" * 996 + b"\r\n" + b"." * 996 + b"\r\n", id="longest lines"),
        pytest.param("Bürgerhaus – ½ £ 🚌\r\n".encode(), id="eight bits"),
        pytest.param(b"\r\n\r\nx\r\n\r\n\r\n", id="empty lines"),
        pytest.param(b"line\r\n" * 50_000, id="large"),
    ],
)
def test_the_body_arrives_unchanged(peer: Peer, body: bytes) -> None:
    ledger, sent = OutcomeRecorder(), [mail(1, content=message(body)), mail(2)]
    with peer.transport.open() as session:
        session.send(sent, ledger)
    assert ledger.kinds == ["Accepted", "Accepted"]
    arrived(peer, *sent)


def test_an_empty_body_arrives_or_is_unsupported(peer: Peer) -> None:
    ledger, sent = OutcomeRecorder(), mail(content=message(b""))
    with peer.transport.open() as session:
        if peer.takes_empty:
            session.send([sent], ledger)
            arrived(peer, sent)
        else:
            session.send([sent], ledger)
            assert ledger.unsupported


LINES = st.lists(
    st.text(
        st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=60
    )
    | st.sampled_from([".", "..", ".\t", "QUIT", ""]),
    min_size=1,
    max_size=8,
).filter(lambda lines: any(line.strip(" ") for line in lines))


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(bodies=st.lists(LINES, min_size=1, max_size=3))
def test_any_text_arrives_unchanged(peer: Peer, bodies: list[list[str]]) -> None:
    sent = [
        mail(key, content=message("".join(f"{line}\r\n" for line in lines).encode()))
        for key, lines in enumerate(bodies)
    ]
    peer.take()
    with peer.transport.open() as session:
        session.send(sent, OutcomeRecorder())
    arrived(peer, *sent)


def test_headers_are_unchanged(peer: Peer) -> None:
    sent = mail(content=UNSUBSCRIBE + message())
    with peer.transport.open() as session:
        session.send([sent], OutcomeRecorder())
    arrived(peer, sent)


@pytest.mark.parametrize(
    "recipient",
    [
        pytest.param("ada@bücher.example", id="domain not in ASCII"),
        pytest.param("ada@a.example>\r\nRCPT TO:<eve@b.example", id="a command inside"),
        pytest.param("ada@a.example\r\n", id="a line end"),
        pytest.param("ada", id="no domain"),
        pytest.param("", id="nothing"),
    ],
)
def test_an_invalid_recipient_is_refused_and_the_rest_is_sent(peer: Peer, recipient: str) -> None:
    ledger, good = OutcomeRecorder(), mail(2)
    with peer.transport.open() as session:
        session.send([mail(1, recipient, content=message()), good], ledger)
    assert isinstance(ledger.outcomes[2], Accepted)
    if peer.refuses_bad_addresses:
        assert isinstance(ledger.outcomes[1], Refused)
        arrived(peer, good)


def test_a_session_can_send_repeatedly(peer: Peer) -> None:
    first, second = mails(6)[:3], mails(6)[3:]
    ledger = OutcomeRecorder()
    with peer.transport.open() as session:
        session.send(first, ledger)
        session.send([], ledger)
        session.send(second, ledger)
    assert ledger.kinds == ["Accepted"] * 6
    arrived(peer, *first, *second)


def test_closing_twice_is_harmless(peer: Peer) -> None:
    session = peer.transport.open()
    session.send([mail()], OutcomeRecorder())
    session.close()
    session.close()


def test_nothing_to_send_sends_nothing(peer: Peer) -> None:
    ledger = OutcomeRecorder()
    with peer.transport.open() as session:
        session.send([], ledger)
    assert not ledger.outcomes
    assert peer.take() == []


def test_an_error_of_the_caller_leaves_the_session_usable(peer: Peer) -> None:
    def failing() -> Iterator[Mail]:
        yield mail(1)
        raise RuntimeError("the database is gone")

    ledger = OutcomeRecorder()
    with peer.transport.open() as session:
        with pytest.raises(RuntimeError):
            session.send(failing(), ledger)
        session.send([mail(2)], ledger)
    assert isinstance(ledger.outcomes[2], Accepted)


def test_an_error_of_the_recorder_propagates(peer: Peer) -> None:
    class Full(OutcomeRecorder):
        def handing_over(self, key: int) -> None:
            raise OSError("no space left on device")

    with peer.transport.open() as session, pytest.raises(OSError, match="no space"):
        session.send([mail()], Full())
    assert peer.take() == []


def test_several_sessions_work_concurrently(peer: Peer) -> None:
    sent = mails(4)
    sessions = [peer.transport.open() for _ in range(2)]
    ledger = OutcomeRecorder()
    for index, session in enumerate(sessions):
        session.send(sent[index::2], ledger)
    for session in sessions:
        session.close()
    arrived(peer, *sent)
