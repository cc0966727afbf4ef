"""A catalogue of SMTP servers that fail, and what becomes of the mails."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from faulty_smtp import (
    CLOSE,
    FEATURES,
    HANG,
    FaultySmtp,
    Reaction,
    Script,
    say,
    say_and_close,
)
from ledger import Ledger, mail, mails

from newsletter.transports.base import (
    Accepted,
    Deferred,
    InDoubt,
    Mail,
    Outcome,
    Refused,
    TransportStopped,
    Unsupported,
)

Start = Callable[..., FaultySmtp]
Load = Callable[..., Any]

WITH_AND_WITHOUT_PIPELINING = pytest.mark.parametrize(
    "features", [FEATURES, ("8BITMIME",)], ids=["pipelining", "step by step"]
)


def send(load: Load, server: FaultySmtp | int, sent: list[Mail], **table: Any) -> Ledger:
    ledger = Ledger()
    port = server if isinstance(server, int) else server.port
    table = {"security": "plain", "timeout": "1s", **table}
    transport = load("smtp", host="127.0.0.1", port=port, **table)
    with transport.open() as session:
        session.send(iter(sent), ledger)
    return ledger


def outcome(load: Load, server: FaultySmtp, **table: Any) -> Outcome:
    return send(load, server, [mail()], **table).outcomes[1]


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
    def test_the_answer_decides_and_the_next_mail_goes(
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

    def test_the_enhanced_status_code_is_kept(self, faulty_smtp: Start, load: Load) -> None:
        server = faulty_smtp({"RCPT": say("550-5.1.1 no such user\r\n550 5.1.1 here")})
        assert outcome(load, server) == Refused(response="550 5.1.1 no such user 5.1.1 here")

    def test_an_answer_is_kept_as_one_printable_line(self, faulty_smtp: Start, load: Load) -> None:
        server = faulty_smtp({"RCPT": say("550 \x1b[31mno\x00 " + "x" * 2000)})
        response = outcome(load, server).response
        assert response.startswith("550 ?[31mno? xxx")
        assert response.isprintable()
        assert len(response) <= 500

    def test_content_wanted_after_a_refusal_is_never_sent(
        self, faulty_smtp: Start, load: Load
    ) -> None:
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
    def test_an_answer_about_our_pace_is_told_from_one_about_the_mail(
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
            ("RCPT", "554 5.7.1 <ada@wexcombe.example>: Relay access denied"),
            ("RCPT", "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked"),
            ("DATA", "530 5.7.0 log in first"),
        ],
    )
    def test_everything_stops(
        self,
        faulty_smtp: Start,
        load: Load,
        features: tuple[str, ...],
        moment: str,
        answer: str,
    ) -> None:
        server = faulty_smtp({moment: say(answer)}, features=features)
        transport = load("smtp", host="127.0.0.1", port=server.port, security="plain")
        ledger = Ledger()
        with transport.open() as session, pytest.raises(TransportStopped) as stopped:
            session.send(mails(3), ledger)
        assert answer[:3] in str(stopped.value)
        assert not ledger.handed_over
        assert not server.mails

    def test_a_login_asked_for_after_the_content_settles_the_mail_first(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp({"content": say("530 5.7.0 authentication required")})
        transport = load("smtp", host="127.0.0.1", port=server.port, security="plain")
        ledger = Ledger()
        with transport.open() as session, pytest.raises(TransportStopped):
            session.send(mails(2), ledger)
        assert ledger.kinds == ["Deferred"]

    def test_mails_before_the_refusal_keep_their_outcome(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp({"MAIL": [None, None, say("550 5.7.1 enough of you")]})
        transport = load("smtp", host="127.0.0.1", port=server.port, security="plain")
        ledger = Ledger()
        with transport.open() as session, pytest.raises(TransportStopped):
            session.send(mails(5), ledger)
        assert ledger.kinds == ["Accepted", "Accepted"]


class TestLostConnections:
    """What was under way is in doubt only if its last byte may have arrived."""

    @WITH_AND_WITHOUT_PIPELINING
    @pytest.mark.parametrize("moment", ["MAIL", "RCPT", "DATA"])
    def test_lost_before_the_content_the_mail_goes_on_a_new_connection(
        self, faulty_smtp: Start, load: Load, features: tuple[str, ...], moment: str
    ) -> None:
        server = faulty_smtp({moment: [None, CLOSE]}, features=features)
        ledger = send(load, server, mails(4))
        assert ledger.kinds == ["Accepted"] * 4
        assert len(server.mails) == 4
        assert server.connections == 2

    @pytest.mark.parametrize("moment", ["MAIL", "RCPT", "DATA"])
    def test_lost_at_once_the_mail_is_deferred(
        self, faulty_smtp: Start, load: Load, moment: str
    ) -> None:
        server = faulty_smtp({moment: [CLOSE]})
        ledger = send(load, server, mails(3))
        assert ledger.kinds == ["Deferred", "Accepted", "Accepted"]
        assert ledger.handed_over == [2, 3]

    @WITH_AND_WITHOUT_PIPELINING
    def test_lost_after_the_final_dot_the_mail_is_in_doubt_and_only_this_one(
        self, faulty_smtp: Start, load: Load, features: tuple[str, ...]
    ) -> None:
        server = faulty_smtp({"content": [None, CLOSE]}, features=features)
        ledger = send(load, server, mails(4))
        assert ledger.kinds == ["Accepted", "InDoubt", "Accepted", "Accepted"]
        assert server.connections == 2

    def test_cut_off_before_the_final_dot_the_mail_is_deferred(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp({"content-start": [CLOSE]}, features=["PIPELINING"])
        big = mail(1, content=b"Subject: x\r\n\r\n" + b"line\r\n" * 3_000_000)
        ledger = send(load, server, [big, mail(2)], timeout="10s")
        assert ledger.kinds == ["Deferred", "Accepted"]
        assert ledger.handed_over == [1, 2]

    def test_a_refusal_in_the_midst_of_the_content_is_heard(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        refusing = Reaction(b"552 5.3.4 too much\r\n", then="hang")
        server = faulty_smtp({"content-start": [refusing]}, features=["PIPELINING"])
        big = mail(1, content=b"Subject: x\r\n\r\n" + b"line\r\n" * 3_000_000)
        ledger = send(load, server, [big, mail(2)])
        assert ledger.kinds == ["Refused", "Accepted"]
        assert ledger.outcomes[1].response == "552 5.3.4 too much"

    def test_a_server_that_hangs_up_after_its_refusal_was_heard(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp({"RCPT": [None, say_and_close("550 5.1.1 no such user")]})
        ledger = send(load, server, mails(3))
        assert ledger.kinds == ["Accepted", "Refused", "Accepted"]

    def test_a_server_that_will_not_start_afresh_gets_a_new_connection(
        self, faulty_smtp: Start, load: Load
    ) -> None:
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

    def test_no_answer_to_the_content_in_time_is_a_doubt(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp({"content": [HANG]})
        ledger = send(load, server, mails(2))
        assert ledger.kinds == ["InDoubt", "Accepted"]
        assert "timed out" in ledger.outcomes[1].response

    @pytest.mark.parametrize("answer", ["250", "354 go on", "garbage", "99 bottles", "\xff\xfe"])
    def test_nonsense_after_the_content_is_a_doubt_unless_it_begins_with_a_code(
        self, faulty_smtp: Start, load: Load, answer: str
    ) -> None:
        server = faulty_smtp({"content": [say(answer)]})
        ledger = send(load, server, mails(2))
        assert ledger.kinds == ["Accepted" if answer == "250" else "InDoubt", "Accepted"]

    @WITH_AND_WITHOUT_PIPELINING
    @pytest.mark.parametrize("moment", ["DATA", "content"])
    def test_an_answer_too_many_is_not_taken_for_the_next_one(
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

    def test_421_in_mid_session_is_heard_and_the_rest_goes_on_a_new_connection(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp({"MAIL": [None, say_and_close("421 4.3.2 shutting down")]})
        ledger = send(load, server, mails(4))
        assert ledger.kinds == ["Accepted", "Deferred", "Accepted", "Accepted"]
        assert ledger.outcomes[2] == Deferred(response="421 4.3.2 shutting down", throttled=True)

    def test_421_to_the_content_is_a_no_not_a_doubt(self, faulty_smtp: Start, load: Load) -> None:
        server = faulty_smtp({"content": [say_and_close("421 4.3.2 shutting down")]})
        ledger = send(load, server, mails(2))
        assert ledger.kinds == ["Deferred", "Accepted"]

    def test_a_server_that_says_421_to_everything_is_left_alone(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp({"MAIL": say_and_close("421 4.7.0 too many")})
        ledger = send(load, server, mails(50))
        assert ledger.kinds == ["Deferred"] * 50
        assert all(o.throttled for o in ledger.outcomes.values() if isinstance(o, Deferred))
        assert server.connections == 2

    def test_a_server_that_hangs_costs_two_timeouts_not_one_a_mail(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp({"MAIL": HANG})
        begun = time.monotonic()
        ledger = send(load, server, mails(50))
        assert time.monotonic() - begun < 4
        assert ledger.kinds == ["Deferred"] * 50

    def test_a_session_idle_too_long_finds_itself_a_new_connection(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp({"content": say_and_close("250 taken, and that is all")})
        transport = load("smtp", host="127.0.0.1", port=server.port, security="plain")
        ledger = Ledger()
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
    """The server cannot be spoken to: all is deferred, quickly, and costs nobody an attempt."""

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
    def test_all_mails_are_deferred_after_one_try(
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
        ledger = Ledger()
        with load("smtp", host="mail.wexcombe.invalid").open() as session:
            session.send(mails(3), ledger)
        assert ledger.kinds == ["Deferred"] * 3


class TestServersOfOtherTimes:
    def test_a_server_without_ehlo_is_spoken_to_with_helo(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp({"EHLO": say("502 5.5.1 what?")})
        ledger = send(load, server, mails(3))
        assert ledger.kinds == ["Accepted"] * 3
        assert server.verbs()[:3] == ["EHLO", "HELO", "MAIL"]

    def test_a_slow_greeting_is_waited_for(self, faulty_smtp: Start, load: Load) -> None:
        server = faulty_smtp({"greeting": say("220-one moment\r\n220-please\r\n220 mail ESMTP")})
        assert isinstance(outcome(load, server), Accepted)

    def test_lines_that_end_in_a_bare_line_feed_are_read(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp({"greeting": Reaction(b"220 mail\n")})
        assert isinstance(outcome(load, server), Accepted)


class TestWhatTheServerOffers:
    def test_pipelined_the_next_envelope_rides_with_the_content(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp()
        send(load, server, mails(3))
        assert server.verbs() == ["EHLO", *["MAIL", "RCPT", "DATA"] * 3, "QUIT"]

    def test_the_size_is_told_where_it_may_be(self, faulty_smtp: Start, load: Load) -> None:
        server, sent = faulty_smtp(features=["SIZE"]), mail()
        send(load, server, [sent])
        assert (
            server.commands[1] == f"MAIL FROM:<bounces@wexcombe.example> SIZE={len(sent.content)}"
        )

    def test_a_mail_larger_than_the_server_takes_stops_everything_before_it_is_sent(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server, ledger = faulty_smtp(features=["SIZE 200"]), Ledger()
        transport = load("smtp", host="127.0.0.1", port=server.port, security="plain")
        with transport.open() as session, pytest.raises(Unsupported, match="200 at most"):
            session.send([mail()], ledger)
        assert not ledger.handed_over

    def test_eight_bit_content_is_announced(self, faulty_smtp: Start, load: Load) -> None:
        server = faulty_smtp(features=["8BITMIME"])
        send(load, server, [mail(content="Subject: x\r\n\r\n½\r\n".encode())])
        assert server.commands[1].endswith(" BODY=8BITMIME")

    def test_eight_bit_content_is_not_forced_on_a_seven_bit_server(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp(features=["PIPELINING"])
        transport = load("smtp", host="127.0.0.1", port=server.port, security="plain")
        with transport.open() as session, pytest.raises(Unsupported, match="8BITMIME"):
            session.send([mail(content="Subject: x\r\n\r\n½\r\n".encode())], Ledger())

    def test_a_mail_that_cannot_be_sent_is_met_in_its_turn(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server, ledger = faulty_smtp(features=["PIPELINING"]), Ledger()
        transport = load("smtp", host="127.0.0.1", port=server.port, security="plain")
        with transport.open() as session, pytest.raises(Unsupported):
            session.send([mail(1), mail(2, content="Subject: ½\r\n\r\n".encode())], ledger)
        assert ledger.kinds == ["Accepted"]

    @pytest.mark.parametrize("features", [["8BITMIME"], ["8BITMIME", "SMTPUTF8"]])
    def test_eight_bit_headers_need_smtputf8(
        self, faulty_smtp: Start, load: Load, features: list[str]
    ) -> None:
        server = faulty_smtp(features=features)
        transport = load("smtp", host="127.0.0.1", port=server.port, security="plain")
        sent = mail(content="Subject: ½\r\n\r\nx\r\n".encode())
        with transport.open() as session:
            if "SMTPUTF8" in features:
                session.send([sent], Ledger())
                assert server.commands[1].endswith(" BODY=8BITMIME SMTPUTF8")
            else:
                with pytest.raises(Unsupported, match="headers need SMTPUTF8"):
                    session.send([sent], Ledger())

    def test_a_non_ascii_mailbox_needs_smtputf8(self, faulty_smtp: Start, load: Load) -> None:
        sent = mail(1, "zoë@wexcombe.example", content=b"Subject: x\r\n\r\nx\r\n")
        able = faulty_smtp(features=["SMTPUTF8", "8BITMIME", "PIPELINING"])
        assert send(load, able, [sent, mail(2)]).kinds == ["Accepted", "Accepted"]
        assert able.mails[0].recipient == "zoë@wexcombe.example"
        assert [line.endswith(" SMTPUTF8") for line in able.commands if "MAIL" in line] == [
            True,
            False,
        ]
        unable = send(load, faulty_smtp(), [mail(3), sent, mail(4)])
        assert unable.kinds == ["Refused", "Accepted", "Accepted"]
        assert "SMTPUTF8" in unable.outcomes[1].response

    def test_the_null_sender_is_sent_as_such(self, faulty_smtp: Start, load: Load) -> None:
        server = faulty_smtp(features=[])
        send(load, server, [mail(sender="")])
        assert server.commands[1] == "MAIL FROM:<>"

    def test_a_sender_that_is_a_command_stops_everything(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp()
        transport = load("smtp", host="127.0.0.1", port=server.port, security="plain")
        with transport.open() as session, pytest.raises(Unsupported, match="not an address"):
            session.send([mail(sender="a@b.example>\r\nRSET")], Ledger())
        assert "RSET" not in server.verbs()

    @pytest.mark.parametrize("body", [b"a\n.\nMAIL FROM:<x@y.example>\n", b"a\n.\r\nb\r\n"])
    def test_line_ends_that_could_smuggle_a_second_mail_are_not_sent(
        self, faulty_smtp: Start, load: Load, body: bytes
    ) -> None:
        server, ledger = faulty_smtp(), Ledger()
        transport = load("smtp", host="127.0.0.1", port=server.port, security="plain")
        with transport.open() as session, pytest.raises(Unsupported, match="CRLF"):
            session.send([mail(content=b"Subject: x\r\n\r\n" + body)], ledger)
        assert not ledger.handed_over
        assert not server.mails

    def test_a_connection_is_renewed_after_so_many_mails(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp()
        ledger = send(load, server, mails(7), messages_per_connection=3)
        assert ledger.kinds == ["Accepted"] * 7
        assert server.connections == 3
        assert server.verbs().count("QUIT") == 3
        assert server.verbs().count("MAIL") == 7

    def test_we_introduce_ourselves_as_told(self, faulty_smtp: Start, load: Load) -> None:
        server = faulty_smtp()
        send(load, server, [mail()], local_hostname="mailer.wexcombe.example")
        assert server.commands[0] == "EHLO mailer.wexcombe.example"

    def test_an_answer_to_the_content_may_be_in_doubt_only_after_handing_over(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp({"content": [CLOSE]})
        ledger = send(load, server, [mail()])
        assert ledger.handed_over == [1]
        assert isinstance(ledger.outcomes[1], InDoubt)
