"""Pipelining within an envelope and across mails, and fallback where it is refused."""

import socket
import threading
from collections.abc import Iterator

import pytest
from faulty_smtp import CLOSE, say, say_and_close
from outcome_recorder import OutcomeRecorder, mails
from smtp_helpers import Load, Start, send

OFFERED = b"250-mail.wexcombe.example\r\n250-8BITMIME\r\n250 PIPELINING\r\n"


class NoCrossMailPipelining:
    """A server that disconnects with 503 where commands follow a final dot in one write.

    Haraka does since 3.3.4 (GHSA-rp4q-8m6x-c43c).
    """

    def __init__(self, *, silent: bool = False) -> None:
        self.taken: list[str] = []
        self.refusals = 0
        self._silent = silent
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        try:
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()
        except OSError:
            return

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            connection.sendall(b"220 strict ESMTP\r\n")
            data, recipient, in_content = b"", "", False
            while part := connection.recv(65_536):
                data += part
                if in_content:
                    _, ended, rest = data.partition(b"\r\n.\r\n")
                    if not ended:
                        continue
                    if rest:
                        self.refusals += 1
                        if not self._silent:
                            connection.sendall(b"503 Bad sequence\r\n")
                        else:
                            self.taken.append(recipient)  # relayed before it fell
                        return
                    self.taken.append(recipient)
                    data, in_content = b"", False
                    connection.sendall(b"250 2.0.0 taken\r\n")
                while b"\r\n" in data:
                    line, _, data = data.partition(b"\r\n")
                    if line.startswith(b"RCPT"):
                        recipient = line.decode().partition("<")[2].partition(">")[0]
                    if line == b"DATA":
                        in_content = True
                        connection.sendall(b"354 go on\r\n")
                        break
                    connection.sendall(OFFERED if line.startswith(b"EHLO") else b"250 2.0.0 ok\r\n")


@pytest.fixture(params=[False, True], ids=["says 503", "falls after relaying"])
def strict(request: pytest.FixtureRequest) -> Iterator[NoCrossMailPipelining]:
    server = NoCrossMailPipelining(silent=request.param)
    yield server
    server.stop()


class TestWithinTheEnvelope:
    """The default."""

    def test_a_server_without_cross_mail_pipelining_accepts_every_mail(
        self, strict: NoCrossMailPipelining, load: Load
    ) -> None:
        ledger = send(load, strict.port, mails(20))
        assert ledger.kinds == ["Accepted"] * 20
        assert strict.refusals == 0

    def test_the_next_mail_is_taken_after_the_previous_one_is_settled(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        order: list[str] = []
        server = faulty_smtp()

        def queue() -> Iterator[object]:
            for found in mails(3):
                order.append(f"taken {found.key}")
                yield found

        class Watching:
            def handing_over(self, key: int) -> None:
                order.append(f"handed over {key}")

            def settled(self, key: int, outcome: object) -> None:
                order.append(f"settled {key}")

        transport = load("smtp", host="127.0.0.1", port=server.port, security="plain")
        with transport.open() as session:
            session.send(queue(), Watching())
        assert order == [f"{what} {n}" for n in (1, 2, 3) for what in STEPS]

    def test_after_a_refusal_data_is_not_pipelined(self, faulty_smtp: Start, load: Load) -> None:
        no = say("550 5.1.1 no such user")
        server = faulty_smtp({"RCPT": [no, no, no]})
        ledger = send(load, server, mails(4))
        assert ledger.kinds == ["Refused"] * 3 + ["Accepted"]
        # One of the first refusal, one of the accepted mail.
        assert server.verbs().count("DATA") == 2

    def test_without_pipelining_each_command_waits_for_the_previous_reply(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp({"MAIL": [say("451 4.7.1 later")]})
        send(load, server, mails(1), pipelining="off")
        assert server.verbs() == ["EHLO", "MAIL", "QUIT"]


STEPS = ("taken", "handed over", "settled")


class TestAcrossMails:
    """`pipelining = "across"`."""

    def test_the_next_envelope_is_sent_with_the_content(
        self, faulty_smtp: Start, load: Load
    ) -> None:
        server = faulty_smtp()
        ledger = send(load, server, mails(3), pipelining="across")
        assert ledger.kinds == ["Accepted"] * 3
        assert server.verbs() == ["EHLO", *["MAIL", "RCPT", "DATA"] * 3, "QUIT"]

    def test_at_the_first_refusal_it_falls_back_once_for_all_sessions(
        self, strict: NoCrossMailPipelining, load: Load
    ) -> None:
        transport = load(
            "smtp", host="127.0.0.1", port=strict.port, security="plain", pipelining="across"
        )
        ledger, sent = OutcomeRecorder(), mails(20)
        for part in (sent[:10], sent[10:]):
            with transport.open() as session:
                session.send(part, ledger)
        doubts = 1 if strict.taken[0] == "reader1@wexcombe.example" and strict.refusals else 0
        assert strict.refusals == 1
        assert len(strict.taken) == len(set(strict.taken)) == 20
        assert ledger.kinds.count("InDoubt") <= doubts
        assert ledger.kinds.count("Accepted") + ledger.kinds.count("InDoubt") == 20

    def test_a_503_leaves_no_mail_uncertain(self, load: Load) -> None:
        server = NoCrossMailPipelining()
        ledger = send(load, server.port, mails(20), pipelining="across")
        server.stop()
        assert ledger.kinds == ["Accepted"] * 20
        assert server.refusals == 1

    @pytest.mark.parametrize("fault", [CLOSE, say_and_close("421 4.3.0 protocol error")])
    def test_a_mail_whose_pipelined_envelope_is_lost_is_retried_on_a_new_connection(
        self, faulty_smtp: Start, load: Load, fault: object
    ) -> None:
        server = faulty_smtp({"MAIL": [None, fault]})
        ledger = send(load, server, mails(4), pipelining="across")
        assert ledger.kinds == ["Accepted"] * 4
        assert server.connections == 2
