"""Responses of a real server in the ledger, and state counts that add up."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from faulty_smtp import CLOSE, FaultySmtp, Reaction, Script, say, say_and_close
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import RecordingTransport, add_subscriber, make_app

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.delivery import control
from newsletter.delivery.alarms import Alarm
from newsletter.delivery.ledger import store as ledger_store
from newsletter.editions import store
from newsletter.editions.compose import BulletinDraft, compose_bulletin
from newsletter.editions.models import Edition, EditionState
from newsletter.errors import Conflict
from newsletter.transports.base import (
    Accepted,
    Deferred,
    InDoubt,
    Outcome,
    Refused,
    TransportStopped,
)
from subscribers import membership
from subscribers import store as people
from subscribers.consent import ConsentOrigin

LOST = "no answer to the content: "


def bulletin(app: Newsletter, text: str = "Stay home.") -> Edition:
    with app.database.write() as session:
        draft = BulletinDraft(subject="Flood", text=text, again=True)
        return compose_bulletin(session, app.config, draft, app.clock.now())


def add_people(app: Newsletter, count: int) -> None:
    with app.database.write() as session:
        for number in range(count):
            add_subscriber(session, f"p{number}@wexcombe.example", app.clock.now())


class TestServerResponses:
    """Responses of a real server."""

    @pytest.fixture
    def served(
        self, tmp_path: Path, sqlite_url: str, clock: FixedClock
    ) -> Iterator[Callable[[Script], tuple[Newsletter, Edition, list[Alarm]]]]:
        opened: list[Newsletter | FaultySmtp] = []

        def serve(script: Script) -> tuple[Newsletter, Edition, list[Alarm]]:
            server = FaultySmtp(script, features=["PIPELINING", "AUTH PLAIN"])
            extra = (
                f'[transports.main]\nkind = "smtp"\nhost = "127.0.0.1"\nport = {server.port}\n'
                'security = "plain"\ntimeout = "1s"\nusername = "news"\npassword = "secret"\n'
                '[sending]\ntransport = "main"\n'
            )
            app, told = make_app(tmp_path, sqlite_url, clock, extra), list[Alarm]()
            app.send_alarm = told.append  # type: ignore[method-assign]
            opened.extend([app, server])
            add_people(app, 2)
            edition = bulletin(app)
            clock.at += timedelta(minutes=5)
            return app, edition, told

        yield serve
        for each in opened:
            each.close() if isinstance(each, Newsletter) else each.stop()

    @pytest.mark.parametrize("moment", ["AUTH", "MAIL"])
    def test_a_5xx_about_the_sender_stops_the_edition_with_an_alarm(
        self, served: Callable[..., tuple[Newsletter, Edition, list[Alarm]]], moment: str
    ) -> None:
        app, edition, told = served({moment: say("535 5.7.8 not you")})
        with pytest.raises(TransportStopped):
            app.engine.send(edition.id)
        with app.database.read() as session:
            found = store.by_id(session, edition.id)
            assert found.state is EditionState.STOPPED
            assert "535 5.7.8 not you" in found.note
            assert ledger_store.counts(session, edition.id) == {"queued": 2}
        assert [alarm.title for alarm in told] == ["Edition 1 has stopped"]

    @pytest.mark.parametrize(
        ("moment", "reaction", "state", "reason"),
        [
            (
                "RCPT",
                say("550-5.1.1 The account does not exist.\r\n550 5.1.1 See help.example/1"),
                "failed",
                "550 5.1.1 The account does not exist. 5.1.1 See help.example/1",
            ),
            ("content", say("554 5.6.0 not wanted"), "failed", "554 5.6.0 not wanted"),
            ("RCPT", say("450 4.2.2 full"), "deferred", "450 4.2.2 full"),
            ("RCPT", say_and_close("421 4.7.0 slow"), "deferred", "421 4.7.0 slow"),
            (
                "content",
                CLOSE,
                "uncertain",
                f"{LOST}the server closed the connection after the final dot",
            ),
            (
                "content",
                Reaction(b"what?\r\n"),
                "uncertain",
                f"{LOST}not an SMTP answer after the final dot: b'what?'",
            ),
        ],
    )
    def test_a_response_to_one_mail_is_recorded_in_full(
        self,
        served: Callable[..., tuple[Newsletter, Edition, list[Alarm]]],
        moment: str,
        reaction: Reaction,
        state: str,
        reason: str,
    ) -> None:
        app, edition, told = served({moment: [reaction]})
        app.engine.send(edition.id)
        with app.database.read() as session:
            assert (state, reason, 1) in ledger_store.reasons(session, edition.id)
        assert told == []


ANSWERS: tuple[Outcome | None, ...] = (
    Accepted(response="250 ok"),
    Refused(response="550 5.1.1 no"),
    Deferred(response="450 4.2.2 full"),
    Deferred(response="451 4.3.0 not now"),
    Deferred(response="421 4.7.0 slow", throttled=True),
    InDoubt(response="connection lost"),
    None,
)
PEOPLE = 6
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("answer"), st.integers(0, PEOPLE - 1), st.sampled_from(ANSWERS)),
        st.tuples(
            st.sampled_from(
                [
                    "send",
                    "send",
                    "wait",
                    "tear",
                    "pause",
                    "resume",
                    "cancel",
                    "retry",
                    "resend",
                    "leave",
                    "recover",
                    "go",
                ]
            ),
            st.integers(0, PEOPLE - 1),
            st.none(),
        ),
    ),
    max_size=18,
)


class History:
    """An edition and the operations that can happen to it, for property tests."""

    def __init__(self, app: Newsletter, transport: RecordingTransport, clock: FixedClock) -> None:
        self.app, self.transport, self.clock = app, transport, clock
        transport.answers.clear()
        transport.taken.clear()
        self.edition = bulletin(app)
        clock.at += timedelta(minutes=5)
        app.engine.prepare(self.edition.id)
        self.audience = self.total()

    @property
    def counts(self) -> dict[str, int]:
        with self.app.database.read() as session:
            found = ledger_store.counts(session, self.edition.id)
        return {state.value: count for state, count in found.items()}

    def total(self) -> int:
        return sum(self.counts.values())

    def do(self, act: str, who: int, answer: Outcome | None) -> None:
        address = f"p{who}@wexcombe.example"
        if act == "answer":
            self.transport.answers[address] = answer or Accepted(response="250")
        elif act == "wait":
            self.clock.at += timedelta(hours=3 + who)
        elif act == "recover":
            self.app.engine.recover()
        elif act in {"send", "tear"}:
            self.transport.raising = KeyboardInterrupt() if act == "tear" else None
            try:
                self.app.engine.send(self.edition.id)
            except KeyboardInterrupt:
                assert act == "tear"
        else:
            self.control(act, address)

    def control(self, act: str, address: str) -> None:
        number, now = self.edition.id, self.clock.now()
        try:
            with self.app.database.write() as session:
                match act:
                    case "pause":
                        control.pause(session, number)
                    case "resume":
                        control.resume(session, number)
                    case "cancel":
                        control.cancel(session, number, now)
                    case "retry":
                        control.retry_failed(session, number)
                    case "resend" | "leave":
                        control.resolve(session, number, resend=act == "resend", now=now)
                    case "go":
                        person = people.by_address(session, address)
                        origin = ConsentOrigin(source="one-click")
                        membership.leave(session, person, origin=origin, now=now)
        except Conflict:
            pass


@pytest.fixture
def recorded(tmp_path: Path, sqlite_url: str, clock: FixedClock) -> Iterator[Newsletter]:
    app = make_app(tmp_path, sqlite_url, clock, transport=RecordingTransport())
    yield app
    app.close()


@given(acts=ACTS)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_state_counts_always_add_up_to_the_audience(
    recorded: Newsletter, clock: FixedClock, acts: list[tuple[str, int, Outcome | None]]
) -> None:
    add_people(recorded, PEOPLE)
    history = History(recorded, recorded.transport("default"), clock)
    for act in acts:
        history.do(*act)
        assert history.total() == history.audience == PEOPLE
    assert "claimed" not in history.counts
