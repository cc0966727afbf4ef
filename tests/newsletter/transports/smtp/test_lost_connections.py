"""Lost connections: no mail is lost or sent twice."""

import time

import pytest
from faulty_smtp import CLOSE, HANG, Reaction, Script, say, say_and_close
from outcome_recorder import OutcomeRecorder, mail, mails
from smtp_helpers import WITH_AND_WITHOUT_PIPELINING, Load, Start, outcome, send

from newsletter.transports.base import Accepted, Deferred


class TestLostConnections:
    """A mail is uncertain only if its last byte may have arrived."""

    @WITH_AND_WITHOUT_PIPELINING
    @pytest.mark.parametrize("moment", ["MAIL", "RCPT", "DATA"])
    def test_a_connection_lost_before_the_content_is_replaced(
        self, faulty_smtp: Start, load: Load, features: tuple[str, ...], moment: str
    ) -> None:
        server = faulty_smtp({moment: [None, CLOSE]}, features=features)
        ledger = send(load, server, mails(4))
        assert ledger.kinds == ["Accepted"] * 4
        assert len(server.mails) == 4
        assert server.connections == 2

    @pytest.mark.parametrize("moment", ["MAIL", "RCPT", "DATA"])
    def test_a_connection_lost_at_once_defers_the_mail(
        self, faulty_smtp: Start, load: Load, moment: str
    ) -> None:
        server = faulty_smtp({moment: [CLOSE]})
        ledger = send(load, server, mails(3))
        assert ledger.kinds == ["Deferred", "Accepted", "Accepted"]
        assert ledger.handed_over == [2, 3]

    @WITH_AND_WITHOUT_PIPELINING
    def test_a_connection_lost_after_the_final_dot_leaves_one_mail_uncertain(
        self, faulty_smtp: Start, load: Load, features: tuple[str, ...]
    ) -> None:
        server = faulty_smtp({"content": [None, CLOSE]}, features=features)
        ledger = send(load, server, mails(4))
        assert ledger.kinds == ["Accepted", "InDoubt", "Accepted", "Accepted"]
        assert server.connections == 2

    def test_a_connection_lost_before_the_final_dot_defers_the_mail(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp({"content-start": [CLOSE]}, features=["PIPELINING"])
        big = mail(1, content=b"Subject: x\r\n\r\n" + b"line\r\n" * 3_000_000)
        ledger = send(load, server, [big, mail(2)], timeout="10s")
        assert ledger.kinds == ["Deferred", "Accepted"]
        assert ledger.handed_over == [1, 2]

    def test_a_refusal_during_the_content_is_read(self, faulty_smtp: Start, load: Load) -> None:
        refusing = Reaction(b"552 5.3.4 too much\r\n", then="hang")
        server = faulty_smtp({"content-start": [refusing]}, features=["PIPELINING"])
        big = mail(1, content=b"Subject: x\r\n\r\n" + b"line\r\n" * 3_000_000)
        ledger = send(load, server, [big, mail(2)])
        assert ledger.kinds == ["Refused", "Accepted"]
        assert ledger.outcomes[1].response == "552 5.3.4 too much"

    def test_a_refusal_followed_by_a_disconnect_is_read(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp({"RCPT": [None, say_and_close("550 5.1.1 no such user")]})
        ledger = send(load, server, mails(3))
        assert ledger.kinds == ["Accepted", "Refused", "Accepted"]

    def test_a_refused_rset_opens_a_new_connection(self, faulty_smtp: Start, load: Load) -> None:
        server = faulty_smtp({"RCPT": [say("550 5.1.1 no")], "RSET": [say("500 what?")]})
        ledger = send(load, server, mails(2))
        assert ledger.kinds == ["Refused", "Accepted"]
        assert server.connections == 2

    def test_a_server_that_stops_reading_costs_one_timeout(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp({"content-start": [HANG]}, features=["PIPELINING"])
        big = mail(1, content=b"Subject: x\r\n\r\n" + b"line\r\n" * 3_000_000)
        ledger = send(load, server, [big, mail(2)])
        assert ledger.kinds == ["Deferred", "Accepted"]
        assert "silent" in ledger.outcomes[1].response

    def test_a_timeout_after_the_content_leaves_the_mail_uncertain(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp({"content": [HANG]})
        ledger = send(load, server, mails(2))
        assert ledger.kinds == ["InDoubt", "Accepted"]
        assert ledger.outcomes[1].response == (
            "no answer to the content: the server was silent after the final dot for 1 s "
            "(the option final_dot_timeout)"
        )

    @pytest.mark.parametrize("answer", ["250", "354 go on", "garbage", "99 bottles", "\xff\xfe"])
    def test_a_malformed_reply_to_the_content_leaves_the_mail_uncertain(
        self, faulty_smtp: Start, load: Load, answer: str
    ) -> None:
        server = faulty_smtp({"content": [say(answer)]})
        ledger = send(load, server, mails(2))
        assert ledger.kinds == ["Accepted" if answer == "250" else "InDoubt", "Accepted"]

    @WITH_AND_WITHOUT_PIPELINING
    @pytest.mark.parametrize("moment", ["DATA", "content"])
    def test_a_surplus_reply_is_not_taken_for_the_next_one(
        self, faulty_smtp: Start, load: Load, features: tuple[str, ...], moment: str
    ) -> None:
        usual = {"DATA": "354 go on", "content": "250 taken"}[moment]
        twice = say(f"{usual}\r\n250 and one more")
        server = faulty_smtp({moment: [twice], "RCPT": [None, say("550 no")]}, features=features)
        ledger = send(load, server, mails(2))
        accepted = {key for key, o in ledger.outcomes.items() if isinstance(o, Accepted)}
        assert {f"reader{key}@wexcombe.example" for key in accepted} == {
            caught.recipient for caught in server.mails
        }
        assert len(ledger.outcomes) == 2

    @WITH_AND_WITHOUT_PIPELINING
    @pytest.mark.parametrize("moment", ["MAIL", "RCPT", "DATA", "content"])
    def test_421_in_mid_session_ends_the_connection_only(
        self, faulty_smtp: Start, load: Load, features: tuple[str, ...], moment: str
    ) -> None:
        ending = say_and_close("421 4.3.2 shutting down")
        server = faulty_smtp({moment: [None, ending]}, features=features)
        ledger = send(load, server, mails(4))
        assert ledger.kinds == ["Accepted"] * 4
        assert ledger.handed_over == [1, 2, 3, 4]
        assert server.connections == 2

    def test_421_to_the_first_mail_of_a_connection_is_throttling(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp({"MAIL": [say_and_close("421 4.3.2 shutting down")]})
        ledger = send(load, server, mails(2))
        assert ledger.outcomes[1] == Deferred(response="421 4.3.2 shutting down", throttled=True)
        assert ledger.kinds == ["Deferred", "Accepted"]

    def test_421_to_the_same_content_twice_defers_the_mail(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        ending = say_and_close("421 4.3.2 not this one")
        server = faulty_smtp({"content": [None, ending, ending]})
        ledger = send(load, server, mails(3))
        assert ledger.kinds == ["Accepted", "Deferred", "Accepted"]

    def test_450_4_3_2_on_a_new_connection_is_retried_once(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        testing = say("450 4.3.2 Service currently unavailable")
        passed = faulty_smtp({"RCPT": [testing]})
        assert send(load, passed, mails(2)).kinds == ["Accepted", "Accepted"]
        assert passed.connections == 2
        busy = faulty_smtp({"RCPT": [testing, testing]})
        assert send(load, busy, mails(2)).kinds == ["Deferred", "Deferred"]

    def test_421_to_the_content_defers_the_mail(self, faulty_smtp: Start, load: Load) -> None:
        server = faulty_smtp({"content": [say_and_close("421 4.3.2 shutting down")]})
        ledger = send(load, server, mails(2))
        assert ledger.kinds == ["Deferred", "Accepted"]

    def test_a_server_that_always_replies_421_is_not_retried(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp({"MAIL": say_and_close("421 4.7.0 too many")})
        ledger = send(load, server, mails(50))
        assert ledger.kinds == ["Deferred"] * 50
        assert all(o.throttled for o in ledger.outcomes.values() if isinstance(o, Deferred))
        assert server.connections == 2

    def test_a_hanging_server_costs_two_timeouts_in_all(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp({"MAIL": HANG})
        begun = time.monotonic()
        ledger = send(load, server, mails(50))
        assert time.monotonic() - begun < 10
        assert ledger.kinds == ["Deferred"] * 50

    def test_a_stale_connection_is_replaced(self, faulty_smtp: Start, load: Load) -> None:
        server = faulty_smtp({"content": say_and_close("250 taken, and that is all")})
        transport = load("smtp", host="127.0.0.1", port=server.port, security="plain")
        ledger = OutcomeRecorder()
        with transport.open() as session:
            session.send([mail(1)], ledger)
            session.send([mail(2)], ledger)
        assert ledger.kinds == ["Accepted", "Accepted"]

    @pytest.mark.parametrize(
        "endless",
        [
            pytest.param(Reaction(b"250-more\r\n", then="repeat"), id="lines without end"),
            pytest.param(Reaction(b"x" * 1000, then="repeat"), id="a line without end"),
        ],
    )
    @pytest.mark.parametrize("moment", ["greeting", "EHLO", "MAIL"])
    def test_an_endless_answer_is_a_lost_connection(
        self, faulty_smtp: Start, load: Load, moment: str, endless: Reaction
    ) -> None:
        found = outcome(load, faulty_smtp({moment: endless}))
        assert isinstance(found, Deferred)


class TestNoConnection:
    """Without a connection all mails are deferred quickly, without an attempt."""

    @pytest.mark.parametrize(
        "script",
        [
            pytest.param({"greeting": HANG}, id="silent greeting"),
            pytest.param({"greeting": CLOSE}, id="hangs up"),
            pytest.param({"greeting": say_and_close("421 too busy")}, id="busy"),
            pytest.param({"greeting": say("hello there")}, id="no SMTP"),
            pytest.param({"greeting": say("250 hello")}, id="an odd greeting"),
            pytest.param({"EHLO": HANG}, id="silent EHLO"),
            pytest.param({"EHLO": CLOSE}, id="hangs up at EHLO"),
            pytest.param({"EHLO": say("421 4.3.2 not now")}, id="not now"),
        ],
    )
    def test_all_mails_are_deferred_after_one_attempt(
        self, faulty_smtp: Start, load: Load, script: Script
    ) -> None:
        server = faulty_smtp(script)
        ledger = send(load, server, mails(30))
        assert ledger.kinds == ["Deferred"] * 30
        assert all(o.throttled for o in ledger.outcomes.values() if isinstance(o, Deferred))
        assert server.connections == 1

    def test_a_closed_port_defers_everything(self, faulty_smtp: Start, load: Load) -> None:
        server = faulty_smtp()
        server.stop()
        ledger = send(load, server.port, mails(30))
        assert ledger.kinds == ["Deferred"] * 30
        assert "refused" in ledger.outcomes[1].response

    def test_an_unknown_host_defers_everything(self, load: Load) -> None:
        ledger = OutcomeRecorder()
        with load("smtp", host="mail.wexcombe.invalid").open() as session:
            session.send(mails(3), ledger)
        assert ledger.kinds == ["Deferred"] * 3
