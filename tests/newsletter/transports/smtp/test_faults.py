"""A catalogue of SMTP servers that fail, and what becomes of the mails."""

import pytest
from faulty_smtp import Script, say
from outcome_recorder import OutcomeRecorder, mails
from smtp_helpers import WITH_AND_WITHOUT_PIPELINING, Load, Start, outcome, send

from newsletter.transports.base import Deferred, Outcome, Refused, TransportStopped


class TestAnswersAboutOneMail:
    """One mail fails, the next one goes."""

    @WITH_AND_WITHOUT_PIPELINING
    @pytest.mark.parametrize(
        ("moment", "answer", "expected"),
        [
            ("MAIL", "451 4.3.0 try again", Deferred),
            ("RCPT", "450 4.2.1 mailbox busy", Deferred),
            ("DATA", "451 4.3.0 try again", Deferred),
            ("content", "451 4.3.0 try again", Deferred),
            ("RCPT", "550 5.1.1 no such user", Refused),
            ("DATA", "554 5.5.1 no valid recipients", Refused),
            ("content", "554 5.6.0 not wanted", Refused),
            ("MAIL", "552 5.3.4 too large", Refused),
            ("RCPT", "553-5.1.3 multi-line\r\n553 5.1.3 refusal", Refused),
        ],
    )
    def test_a_refusal_decides_one_mail_only(
        self,
        faulty_smtp: Start,
        load: Load,
        features: tuple[str, ...],
        moment: str,
        answer: str,
        expected: type[Outcome],
    ) -> None:
        server = faulty_smtp({moment: [None, say(answer)]}, features=features)
        ledger = send(load, server, mails(4))
        assert ledger.kinds == ["Accepted", expected.__name__, "Accepted", "Accepted"]
        assert ledger.outcomes[2].response.startswith(answer[:3])
        assert [m.recipient[:7] for m in server.mails] == ["reader1", "reader3", "reader4"]
        assert server.connections == 1

    def test_the_enhanced_status_code_is_recorded(self, faulty_smtp: Start, load: Load) -> None:
        server = faulty_smtp({"RCPT": say("550-5.1.1 no such user\r\n550 5.1.1 here")})
        assert outcome(load, server) == Refused(response="550 5.1.1 no such user 5.1.1 here")

    def test_a_response_is_one_printable_line(self, faulty_smtp: Start, load: Load) -> None:
        server = faulty_smtp({"RCPT": say("550 \x1b[31mno\x00 " + "x" * 2000)})
        response = outcome(load, server).response
        assert response.startswith("550 ?[31mno? xxx")
        assert response.isprintable()
        assert len(response) <= 500

    def test_content_is_not_sent_after_a_refusal(self, faulty_smtp: Start, load: Load) -> None:
        script: Script = {"RCPT": [say("550 5.1.1 no")], "DATA": [say("354 go on nonetheless")]}
        server = faulty_smtp(script)
        ledger = send(load, server, mails(2))
        assert ledger.kinds == ["Refused", "Accepted"]
        assert [caught.recipient for caught in server.mails] == ["reader2@wexcombe.example"]
        assert ledger.handed_over == [2]

    @pytest.mark.parametrize(
        ("answer", "throttled"),
        [
            ("421 4.7.0 slow down", True),
            ("454 4.7.0 temporary authentication failure", True),
            ("450 4.7.28 unusual rate of mail", True),
            ("452 4.5.3 too many recipients", True),
            ("451 rate limit exceeded", True),
            ("450 4.7.1 greylisted, come again", False),
            ("450 4.2.2 mailbox full", False),
            ("450 busy", False),
        ],
    )
    def test_throttling_is_distinguished_from_a_refused_mail(
        self, faulty_smtp: Start, load: Load, answer: str, throttled: bool
    ) -> None:
        found = outcome(load, faulty_smtp({"RCPT": [say(answer)]}))
        assert isinstance(found, Deferred)
        assert found.throttled is throttled


class TestAnswersAboutUs:
    """The server refuses us: everything stops, and nothing is blamed on a recipient."""

    @WITH_AND_WITHOUT_PIPELINING
    @pytest.mark.parametrize(
        ("moment", "answer"),
        [
            ("greeting", "554 5.7.1 not from here"),
            ("EHLO", "554 5.7.1 not you"),
            ("MAIL", "550 5.7.1 sender not allowed"),
            ("MAIL", "530 5.7.0 authentication required"),
            ("RCPT", "530 5.7.0 authentication required"),
            ("DATA", "530 5.7.0 log in first"),
        ],
    )
    def test_the_transport_stops(
        self,
        faulty_smtp: Start,
        load: Load,
        features: tuple[str, ...],
        moment: str,
        answer: str,
    ) -> None:
        server = faulty_smtp({moment: say(answer)}, features=features)
        transport = load("smtp", host="127.0.0.1", port=server.port, security="plain")
        ledger = OutcomeRecorder()
        with transport.open() as session, pytest.raises(TransportStopped) as stopped:
            session.send(mails(3), ledger)
        assert answer[:3] in str(stopped.value)
        assert not ledger.handed_over
        assert not server.mails

    def test_a_login_demand_after_the_content_settles_the_mail_first(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp({"content": say("530 5.7.0 authentication required")})
        transport = load("smtp", host="127.0.0.1", port=server.port, security="plain")
        ledger = OutcomeRecorder()
        with transport.open() as session, pytest.raises(TransportStopped):
            session.send(mails(2), ledger)
        assert ledger.kinds == ["Deferred"]

    def test_mails_before_the_refusal_keep_their_outcome(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp({"MAIL": [None, None, say("550 5.7.1 enough of you")]})
        transport = load("smtp", host="127.0.0.1", port=server.port, security="plain")
        ledger = OutcomeRecorder()
        with transport.open() as session, pytest.raises(TransportStopped):
            session.send(mails(5), ledger)
        assert ledger.kinds == ["Accepted", "Accepted"]
