"""Server limits: learned by all sessions of a transport, and expiring."""

import socket
import threading

from faulty_smtp import FEATURES, FaultySmtp, say, say_and_close
from outcome_recorder import OutcomeRecorder, mails
from smtp_helpers import HASTY, Load, Start, send

from newsletter.transports.smtp.limits import KEPT_SECONDS, USUAL_ERRORS, ServerLimits

NO = say("550 5.1.1 no such user")


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


class TestLimits:
    def test_an_announced_mail_limit_is_combined_with_the_configured_one(self) -> None:
        limits = ServerLimits(4, 1000)
        limits.announced(20)
        assert limits.mails == 20
        limits = ServerLimits(4, 10)
        limits.announced(20)
        assert limits.mails == 10

    def test_a_message_about_too_many_mails_sets_the_limit_at_once(self) -> None:
        limits = ServerLimits(4, 0)
        limits.connection_closed("421 mx too many messages in one connection", mails=20, errors=0)
        assert limits.mails == 20

    def test_two_disconnects_after_the_same_count_set_a_limit(self) -> None:
        limits = ServerLimits(4, 0)
        limits.connection_closed("421 4.3.2 closing", mails=20, errors=0)
        assert limits.mails == 0
        limits.connection_closed("421 4.3.2 closing", mails=20, errors=0)
        assert limits.mails == 20

    def test_too_many_errors_set_no_mail_limit(self) -> None:
        limits = ServerLimits(4, 0)
        limits.connection_closed("421 4.7.0 mx Error: too many errors", mails=5, errors=4)
        assert (limits.errors, limits.mails) == (3, 0)

    def test_by_default_a_connection_ends_before_postfix_slows_down(self) -> None:
        assert ServerLimits(4, 0).errors == USUAL_ERRORS < 10

    def test_learned_limits_expire(self) -> None:
        clock = Clock()
        limits = ServerLimits(8, 0, now=clock)
        limits.connection_rejected(2)
        limits.announced(20)
        assert (limits.connections, limits.mails) == (2, 20)
        clock.at = KEPT_SECONDS + 1
        assert (limits.connections, limits.mails) == (8, 0)

    def test_one_conversation_tries_cross_mail_pipelining_first(self) -> None:
        limits = ServerLimits(4, 0, across=True)
        assert [limits.may_pipeline() for _ in range(3)] == [True, False, False]
        limits.report_pipelining(worked=True)
        assert limits.may_pipeline()
        limits.report_pipelining(worked=False)
        limits.report_pipelining(worked=True)
        assert not limits.may_pipeline()


class TestAgainstServers:
    def test_a_mail_limit_costs_one_refusal(self, faulty_smtp: Start, load: Load) -> None:
        full = say_and_close("421 too many messages in one connection")
        server = faulty_smtp({"MAIL": [None, None, full]})
        ledger = send(load, server, mails(9))
        assert ledger.kinds == ["Accepted"] * 9
        assert server.connections == 5
        assert server.verbs().count("QUIT") == 4

    def test_an_announced_mail_limit_costs_no_refusal(self, faulty_smtp: Start, load: Load) -> None:
        server = faulty_smtp(features=[*FEATURES, "LIMITS MAILMAX=3 RCPTMAX=100"])
        ledger = send(load, server, mails(7))
        assert ledger.kinds == ["Accepted"] * 7
        assert server.connections == 3

    def test_a_connection_ends_before_ten_refusals(self, faulty_smtp: Start, load: Load) -> None:
        server = faulty_smtp({"RCPT": NO})
        ledger = send(load, server, mails(20))
        assert ledger.kinds == ["Refused"] * 20
        assert server.connections == 3

    def test_sessions_share_fewer_connections(self, load: Load) -> None:
        server = ConnectionLimited(2)
        assert send_by_six_sessions(load, server) == ["Accepted"] * 6 * 3 * 5
        assert server.turned_away <= 6

    def test_sessions_left_without_a_greeting_get_the_connections_that_become_free(
        self, load: Load
    ) -> None:
        server = ConnectionQueue(2)
        kinds = send_by_six_sessions(load, server, answer_timeout="20s")
        assert kinds == ["Accepted"] * 6 * 3 * 5


def send_by_six_sessions(load: Load, server: FaultySmtp, **options: str) -> list[str]:
    """What becomes of five mails in each of three calls of each session."""
    table = {"security": "plain", **HASTY, **options}
    transport = load("smtp", host="127.0.0.1", port=server.port, **table)
    recorders = [[OutcomeRecorder() for _ in range(3)] for _ in range(6)]

    all_begun = threading.Barrier(6)

    def run(calls: list[OutcomeRecorder]) -> None:
        with transport.open() as session:
            all_begun.wait(30)
            for recorder in calls:
                session.send(mails(5), recorder)
            all_begun.wait(30)

    threads = [threading.Thread(target=run, args=(calls,)) for calls in recorders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    server.stop()
    return [kind for calls in recorders for recorder in calls for kind in recorder.kinds]


class ConnectionLimited(FaultySmtp):
    """Turns away who comes while so many others are there, as Exim's smtp_accept_max_per_host."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._here = 0
        self.turned_away = 0
        self._count = threading.Lock()
        super().__init__()

    def _serve(self, connection: object) -> None:
        with self._count:
            is_full = self._here >= self._most
            self._here += not is_full
            self.turned_away += is_full
        if is_full:
            connection.sendall(b"421 too many concurrent SMTP connections\r\n")  # type: ignore[attr-defined]
            connection.close()  # type: ignore[attr-defined]
            return
        try:
            super()._serve(connection)  # type: ignore[arg-type]
        finally:
            with self._count:
                self._here -= 1


class ConnectionQueue(FaultySmtp):
    """Leaves who comes while so many others are there without a greeting, as tcpserver's -c."""

    def __init__(self, most: int) -> None:
        self._places = threading.Semaphore(most)
        super().__init__()

    def _serve(self, connection: socket.socket) -> None:
        with self._places:
            super()._serve(connection)
