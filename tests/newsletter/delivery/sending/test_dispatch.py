"""An edition by several transports on real SMTP servers: shares, failover, no duplicates."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from faulty_smtp import CLOSE, FaultySmtp, Script, say, say_and_close
from support import add_article, add_subscriber, make_app

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.delivery import control
from newsletter.delivery.alarms import Alarm
from newsletter.delivery.ledger import store as ledger_store
from newsletter.editions import store
from newsletter.editions.compose import compose_digest
from newsletter.editions.models import Edition, EditionState
from newsletter.transports.base import Mail, TransportStopped

PEOPLE = 40
MINUTE = timedelta(minutes=1)
NO_LOGIN = say("535 5.7.8 wrong password")

Start = Callable[..., "Site"]


class Site:
    """A site with a route of main (weight 3), second (1) and the fallback spare."""

    def __init__(
        self, folder: Path, url: str, clock: FixedClock, scripts: dict[str, Script], route: str
    ) -> None:
        self.clock = clock
        self.servers = {name: FaultySmtp(scripts.get(name)) for name in ("main", "second", "spare")}
        tables = [
            f'[transports.{name}]\nkind = "smtp"\nhost = "127.0.0.1"\nport = {server.port}\n'
            'security = "plain"\ntimeout = "1s"\nconnections = 2\n'
            for name, server in self.servers.items()
        ]
        extra = '[sending]\ntransport = "both"\nbatch = 5\n' + route + "\n" + "".join(tables)
        self.app: Newsletter = AlarmRecordingNewsletter(
            make_app(folder, url, clock, extra).config, folder / "x", clock
        )
        with self.app.database.write() as session:
            add_article(session, "News", clock.now())
            for number in range(PEOPLE):
                add_subscriber(session, f"p{number}@wexcombe.example", clock.now())
            made = compose_digest(
                session, self.app.config, self.app.renderer, "friday", period=None, now=clock.now()
            )
        assert isinstance(made, Edition)
        self.edition = made

    def taken(self, name: str) -> list[str]:
        return [mail.recipient for mail in self.servers[name].mails]

    @property
    def everybody(self) -> list[str]:
        return sorted(mail for name in self.servers for mail in self.taken(name))

    @property
    def counts(self) -> dict[str, int]:
        with self.app.database.read() as session:
            return {k.value: v for k, v in ledger_store.counts(session, self.edition.id).items()}

    @property
    def state(self) -> EditionState:
        with self.app.database.read() as session:
            return store.state_of(session, self.edition.id)

    def go_on(self, *, hours: int = 1) -> None:
        """Advance the clock, sending every two minutes."""
        for _ in range(hours * 30):
            self.app.engine.send_due()
            self.clock.at += 2 * MINUTE

    def close(self) -> None:
        self.app.close()
        for server in self.servers.values():
            server.stop()


class AlarmRecordingNewsletter(Newsletter):
    """A site that records its alarms."""

    alarms: tuple[Alarm, ...] = ()

    def tell(self, alarm: Alarm) -> None:
        self.alarms += (alarm,)


BOTH = '[routes.both]\nmembers = { main = 3, second = 1 }\nfallback = "spare"\n'


@pytest.fixture
def site(tmp_path: Path, sqlite_url: str, clock: FixedClock) -> Iterator[Start]:
    made: list[Site] = []

    def start(route: str = BOTH, **scripts: Script) -> Site:
        made.append(Site(tmp_path, sqlite_url, clock, scripts, route))
        return made[-1]

    yield start
    for each in made:
        each.close()


def test_an_edition_is_distributed_by_weight_without_the_fallback(site: Start) -> None:
    there = site()
    there.app.engine.send(there.edition.id)
    assert (len(there.taken("main")), len(there.taken("second"))) == (30, 10)
    assert there.servers["spare"].connections == 0
    assert len(set(there.everybody)) == PEOPLE
    assert there.state is EditionState.SENT


def test_a_transport_that_refuses_us_fails_over_at_once(site: Start) -> None:
    there = site(main={"MAIL": [None] * 7 + [say("550 5.7.1 sender refused")] * 99})
    there.app.engine.send(there.edition.id)
    assert len(there.taken("spare")) == 30 - len(there.taken("main"))
    assert len(set(there.everybody)) == len(there.everybody) == PEOPLE
    assert there.state is EditionState.SENT
    assert [a.title for a in there.app.alarms] == ["The transport main of both has failed"]  # type: ignore[attr-defined]


def test_an_unreachable_transport_fails_over_after_its_delay(site: Start) -> None:
    there = site()
    there.servers["main"].stop()
    there.app.engine.send(there.edition.id)
    assert there.counts["sent"] == 10
    there.go_on()
    assert len(there.taken("spare")) == 30
    assert len(set(there.everybody)) == len(there.everybody) == PEOPLE
    assert there.counts == {"sent": PEOPLE}


def test_an_uncertain_mail_is_never_sent_by_another_transport(site: Start) -> None:
    there = site(main={"content": [None] * 5 + [CLOSE] * 2, "MAIL": [None] * 7 + [NO_LOGIN] * 99})
    there.go_on()
    assert there.counts == {"sent": PEOPLE - 2, "uncertain": 2}
    assert len(set(there.everybody)) == len(there.everybody) == PEOPLE - 2


def test_a_recovering_transport_is_tried_with_one_mail_first(site: Start) -> None:
    there = site(main={"greeting": [say_and_close("421 too busy")] * 12})
    there.go_on(hours=8)
    assert there.counts == {"sent": PEOPLE}
    assert len(set(there.everybody)) == len(there.everybody) == PEOPLE


def test_without_a_fallback_the_other_members_take_the_share(site: Start) -> None:
    there = site("[routes.both]\nmembers = { main = 3, second = 1 }\n", main={"EHLO": NO_LOGIN})
    there.app.engine.send(there.edition.id)
    assert len(set(there.taken("second"))) == PEOPLE
    assert there.state is EditionState.SENT


def test_an_edition_stops_when_all_transports_refuse_us(site: Start) -> None:
    refusing = [say("550 5.7.1 no")] * 2
    there = site(**{name: {"MAIL": list(refusing)} for name in ("main", "second", "spare")})
    with pytest.raises(TransportStopped):
        there.app.engine.send(there.edition.id)
    assert there.counts == {"queued": PEOPLE}
    assert there.state is EditionState.STOPPED
    with there.app.database.write() as session:
        control.resume(session, there.edition.id)
    there.app.engine.send_due()
    assert len(set(there.everybody)) == len(there.everybody) == PEOPLE


def test_each_transport_keeps_its_own_limit(site: Start) -> None:
    there = site(BOTH + "[limits.main]\nper_hour = 4\n")
    there.app.engine.send(there.edition.id)
    assert (len(there.taken("main")), len(there.taken("second"))) == (4, 10)
    there.clock.at += timedelta(hours=1)
    there.app.engine.send(there.edition.id)
    assert (len(there.taken("main")), len(there.taken("spare"))) == (8, 0)


def test_a_mail_outside_the_ledger_uses_the_first_transport_that_accepts_it(site: Start) -> None:
    there = site(main={"greeting": say_and_close("421 no")}, second={"EHLO": NO_LOGIN})
    mail = Mail(key=0, sender="", recipient="ann@wexcombe.example", content=b"Subject: x\r\n\r\n")
    found = there.app.hand_over("both", [mail])
    assert type(found[0]).__name__ == "Accepted"
    assert there.taken("spare") == ["ann@wexcombe.example"]


def test_an_uncertain_mail_outside_the_ledger_is_not_retried(site: Start) -> None:
    there = site(main={"content": CLOSE})
    mail = Mail(key=0, sender="", recipient="ann@wexcombe.example", content=b"Subject: x\r\n\r\n")
    assert type(there.app.hand_over("both", [mail])[0]).__name__ == "InDoubt"
    assert there.everybody == []
