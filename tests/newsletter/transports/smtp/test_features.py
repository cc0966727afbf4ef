"""What an SMTP server offers, and what is done where it does not."""

import pytest
from faulty_smtp import CLOSE, Reaction, say
from outcome_recorder import mail, mails
from smtp_helpers import Load, Start, outcome, send

from newsletter.transports.base import Accepted, InDoubt, Mail


class TestOldServers:
    def test_a_server_without_ehlo_gets_helo(self, faulty_smtp: Start, load: Load) -> None:
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


class TestExtensions:
    def test_the_next_envelope_is_pipelined_with_the_content(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp()
        send(load, server, mails(3))
        assert server.verbs() == ["EHLO", *["MAIL", "RCPT", "DATA"] * 3, "QUIT"]

    def test_size_is_sent_where_offered(self, faulty_smtp: Start, load: Load) -> None:
        server, sent = faulty_smtp(features=["SIZE"]), mail()
        send(load, server, [sent])
        assert (
            server.commands[1] == f"MAIL FROM:<bounces@wexcombe.example> SIZE={len(sent.content)}"
        )

    def test_a_mail_above_the_size_limit_fails_alone(self, faulty_smtp: Start, load: Load) -> None:
        large, small = mail(1), mail(2, content=b"Subject: x\r\n\r\nx\r\n")
        ledger = send(load, faulty_smtp(features=["SIZE 200"]), [large, small])
        assert ledger.kinds == ["Refused", "Accepted"]
        assert "200 at most" in ledger.unsupported[1]

    def test_eight_bit_content_is_announced(self, faulty_smtp: Start, load: Load) -> None:
        server = faulty_smtp(features=["8BITMIME"])
        send(load, server, [mail(content="Subject: x\r\n\r\n½\r\n".encode())])
        assert server.commands[1].endswith(" BODY=8BITMIME")

    def test_eight_bit_content_needs_8bitmime(self, faulty_smtp: Start, load: Load) -> None:
        eight_bit = mail(2, content="Subject: x\r\n\r\n½\r\n".encode())
        ledger = send(load, faulty_smtp(features=["PIPELINING"]), [mail(1), eight_bit, mail(3)])
        assert ledger.kinds == ["Accepted", "Refused", "Accepted"]
        assert "8BITMIME" in ledger.unsupported[2]

    @pytest.mark.parametrize("features", [["8BITMIME"], ["8BITMIME", "SMTPUTF8"]])
    def test_eight_bit_headers_need_smtputf8(
        self, faulty_smtp: Start, load: Load, features: list[str]
    ) -> None:
        server = faulty_smtp(features=features)
        ledger = send(load, server, [mail(content="Subject: ½\r\n\r\nx\r\n".encode())])
        if "SMTPUTF8" in features:
            assert server.commands[1].endswith(" BODY=8BITMIME SMTPUTF8")
        else:
            assert "headers need SMTPUTF8" in ledger.unsupported[1]

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

    def test_a_plain_mail_may_contain_a_non_ascii_recipient(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp(features=["SMTPUTF8", "8BITMIME", "PIPELINING"])
        address = "jörg@wexcombe.example"
        sent = Mail(
            key=1,
            sender="bounces@wexcombe.example",
            recipient=address,
            content=f"To: {address}\r\n\r\nx\r\n".encode(),
            plain=True,
        )
        assert send(load, server, [sent]).kinds == ["Accepted"]
        assert server.commands[1].endswith(" BODY=8BITMIME SMTPUTF8")
        assert server.mails[0].content == sent.content

    def test_an_unencodable_address_fails_alone(self, faulty_smtp: Start, load: Load) -> None:
        odd = mail(1, "j\udcf6rg@wexcombe.example", content=b"Subject: x\r\n\r\nx\r\n")
        server = faulty_smtp(features=["SMTPUTF8", "8BITMIME", "PIPELINING"])
        assert send(load, server, [odd, mail(2)]).kinds == ["Refused", "Accepted"]

    def test_the_null_sender_is_sent(self, faulty_smtp: Start, load: Load) -> None:
        server = faulty_smtp(features=[])
        send(load, server, [mail(sender="")])
        assert server.commands[1] == "MAIL FROM:<>"

    def test_a_sender_with_command_injection_is_refused(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp()
        ledger = send(load, server, [mail(sender="a@b.example>\r\nRSET")])
        assert "not an address" in ledger.unsupported[1]
        assert "RSET" not in server.verbs()

    @pytest.mark.parametrize("body", [b"a\n.\nMAIL FROM:<x@y.example>\n", b"a\n.\r\nb\r\n"])
    def test_smtp_smuggling_is_refused(self, faulty_smtp: Start, load: Load, body: bytes) -> None:
        server = faulty_smtp()
        odd = mail(2, content=b"Subject: x\r\n\r\n" + body)
        ledger = send(load, server, [mail(1), odd, mail(3)])
        assert ledger.kinds == ["Accepted", "Refused", "Accepted"]
        assert "CRLF" in ledger.unsupported[2]
        assert len(server.mails) == 2

    def test_a_connection_is_replaced_after_its_limit_of_mails(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp()
        ledger = send(load, server, mails(7), messages_per_connection=3)
        assert ledger.kinds == ["Accepted"] * 7
        assert server.connections == 3
        assert server.verbs().count("QUIT") == 3
        assert server.verbs().count("MAIL") == 7

    def test_ehlo_uses_the_configured_hostname(self, faulty_smtp: Start, load: Load) -> None:
        server = faulty_smtp()
        send(load, server, [mail()], local_hostname="mailer.wexcombe.example")
        assert server.commands[0] == "EHLO mailer.wexcombe.example"

    def test_a_mail_is_uncertain_only_after_handing_over(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp({"content": [CLOSE]})
        ledger = send(load, server, [mail()])
        assert ledger.handed_over == [1]
        assert isinstance(ledger.outcomes[1], InDoubt)
