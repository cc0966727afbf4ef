"""Stateful test of consent: random histories of subscribers, strangers and the administrator.

Subscribers act over HTTP with the links in their mails. The list, suppressions, consent and mails
are compared with the reference model in `people_model`.
"""

import html
import re
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from people_model import KEEP_NETWORK, OPTIONS, Link, Model, OwnLink
from sqlalchemy import String, select
from support import SECRET, RecordingTransport, make_app, preferences_path, unsubscribe_path

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.database import Base
from newsletter.delivery.ledger.models import Notice
from newsletter.editions.compose import BulletinDraft, compose_bulletin
from newsletter.errors import Conflict
from newsletter.scheduling.upkeep_jobs import forget_people
from newsletter.tokens.signing import Signer
from newsletter.transports.base import Deferred, Mail, Refused
from newsletter.web.services import SiteServices
from subscribers import membership, store
from subscribers.addresses import hash_address
from subscribers.audience import Stream, eligible
from subscribers.consent import ConsentOrigin
from subscribers.membership import Signup
from subscribers.models import (
    ConsentEvent,
    ConsentKind,
    Frequency,
    Subscriber,
    SubscriberStatus,
    Suppression,
)

ADDRESSES = st.sampled_from(
    ["ann@wexcombe.example", "Ann@wexcombe.example", "ben@wexcombe.example", "cat@fenn.example"]
)
FREQUENCIES = st.sampled_from([frequency.value for frequency in Frequency])
ENDS = {ConsentKind.WITHDRAWN, ConsentKind.OBJECTED, ConsentKind.ERASED}
Event = tuple[Any, ...]


class ConsentMachine(RuleBasedStateMachine):
    """One site with its subscribers and strangers."""

    def __init__(self, app: Newsletter, client: httpx.Client, clock: FixedClock) -> None:
        super().__init__()
        self.app, self.client, self.clock = app, client, clock
        self.model = Model()
        self.events: list[Event] = []
        self.words = 0
        # The token of an embedded form, which does not expire.
        shown = html.unescape(client.get("/subscribe/form").text)
        self.mark = re.findall(r'name="form" value="([^"]+)', shown)[-1]

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def press(self, path: str, **form: str) -> httpx.Response:
        """POST a form, one second after the last, so that all times differ."""
        self.clock.at += timedelta(seconds=1)
        return self.client.post(path, data=form)

    def new_name(self) -> str:
        """A new address."""
        self.words += 1
        return f"Quill{self.words:04}"

    # Rules of visitors.

    @rule(address=ADDRESSES, frequency=FREQUENCIES)
    def join_by_the_form(self, address: str, frequency: str) -> None:
        name = self.new_name()
        answer = self.press(
            "/subscribe", form=self.mark, address=address, name=name, frequency=frequency
        )
        assert "Look into your inbox" in answer.text
        self.model.join(address, name, frequency, self.now)
        self.number_new_people()

    @precondition(lambda self: self.model.links)
    @rule(data=st.data())
    def press_the_button_of_a_mailed_link(self, data: st.DataObject) -> None:
        link = data.draw(st.sampled_from(self.model.links))
        for method in ("GET", "HEAD"):
            self.client.request(method, link.path)
        answer = self.press(link.path)
        assert answer.status_code == (200 if self.model.press(link, self.now) else 400)

    # Rules of subscribers by the link to their page.

    @precondition(lambda self: self.model.people)
    @rule(data=st.data(), frequency=FREQUENCIES, days=st.integers(-3, 60))
    def choose(self, data: st.DataObject, frequency: str, days: int) -> None:
        link, name = self.own_link(data), self.new_name()
        until = (self.now + timedelta(days=days)).date()
        answer = self.press(path_of(link), name=name, frequency=frequency, pause=until.isoformat())
        is_saved = self.model.choose(link, name, frequency, until, self.now)
        assert answer.status_code == (200 if is_saved else 400)

    @precondition(lambda self: self.model.people)
    @rule(data=st.data(), less=st.sampled_from(["weekly", "bulletins"]))
    def take_less(self, data: st.DataObject, less: str) -> None:
        link = self.own_link(data)
        answer = self.press(f"{path_of(link)}/less", less=less)
        assert answer.status_code == (200 if self.model.take_less(link, less) else 400)

    @precondition(lambda self: self.model.people)
    @rule(data=st.data(), address=ADDRESSES)
    def ask_to_be_mailed_elsewhere(self, data: st.DataObject, address: str) -> None:
        link = self.own_link(data)
        answer = self.press(f"{path_of(link)}/address", address=address)
        is_taken = self.model.ask_to_move(link, address, self.now)
        assert answer.status_code == (200 if is_taken else 400)

    @precondition(lambda self: self.model.people)
    @rule(data=st.data())
    def look_and_ask_for_a_fresh_link(self, data: st.DataObject) -> None:
        link = self.own_link(data)
        is_open = self.model.lets_choose(link)
        assert self.client.get(path_of(link)).status_code == (200 if is_open else 400)
        answer = self.press(f"{path_of(link)}/fresh")
        assert is_open or answer.status_code == 400

    @precondition(lambda self: self.model.people)
    @rule(data=st.data(), is_one_click=st.booleans())
    def leave(self, data: st.DataObject, is_one_click: bool) -> None:
        number = self.anybody(data)
        address = data.draw(st.sampled_from(sorted(self.model.people[number].addresses)))
        path = unsubscribe_path(number, self.now, address)
        form = {"List-Unsubscribe": "One-Click"} if is_one_click else {"from": "page"}
        self.client.get(path)
        assert self.press(path, **form).status_code == 200
        self.model.leave(number, self.now)

    @precondition(lambda self: self.model.people)
    @rule(data=st.data(), what=st.sampled_from(["object", "erase"]))
    def object_or_be_erased(self, data: st.DataObject, what: str) -> None:
        link = self.own_link(data)
        answer = self.press(f"{path_of(link)}/data", what=what, sure="yes")
        is_done = self.model.object_or_erase(link, what, self.now)
        assert answer.status_code == (200 if is_done else 400)

    # Rules of the administrator.

    @rule(address=ADDRESSES, frequency=FREQUENCIES, has_proof=st.booleans())
    def enter_from_another_list(self, address: str, frequency: str, has_proof: bool) -> None:
        self.clock.at += timedelta(seconds=1)
        name, ward = self.new_name(), self.new_name()
        joining = Signup(address=address, name=name, frequency=Frequency(frequency))
        origin = ConsentOrigin(source="import of members.csv, row 2", network="192.0.2.7")
        try:
            with self.app.database.write() as session:
                person = membership.join(
                    session, SECRET, joining, origin=origin, proven=has_proof, now=self.now
                )
                person.attributes = {"ward": ward}
        except Conflict:
            assert self.model.is_suppressed(address)
        self.model.join(address, name, frequency, self.now, is_proven=has_proof)
        self.number_new_people()
        self.model.learn(address, ward)

    @rule(address=ADDRESSES, is_lifted=st.booleans())
    def suppress_or_lift(self, address: str, is_lifted: bool) -> None:
        known = hash_address(SECRET, address)
        with self.app.database.write() as session:
            if is_lifted:
                store.remove_suppression(session, known)
            else:
                store.add_suppression(session, known, "complained", self.now)
        self.model.suppress(address, is_lifted=is_lifted)

    @rule(is_taken=st.booleans())
    def send_a_bulletin(self, is_taken: bool) -> None:
        self.clock.at += timedelta(seconds=1)
        self.answer_with(is_taken)
        with self.app.database.write() as session:
            draft = BulletinDraft(subject=self.new_name(), text="Come on Sunday.", again=True)
            edition = compose_bulletin(session, self.app.config, draft, self.now)
        self.clock.at = edition.send_at
        expected = self.model.audience(self.now)
        self.app.engine.send(edition.id)
        assert sorted(mail.recipient for mail in self.mails()) == expected

    @rule(is_taken=st.booleans())
    def send_notices(self, is_taken: bool) -> None:
        self.answer_with(is_taken)
        self.app.notices.send_due()
        for mail in self.mails():
            self.expect_notice(mail)

    @rule(days=st.integers(1, 40))
    def wait(self, days: int) -> None:
        self.clock.at += timedelta(days=days)

    @rule()
    def forget_who_never_confirmed(self) -> None:
        forget_people(self.app)
        self.model.forget_unconfirmed(self.now)
        with self.app.database.read() as session:
            query = select(ConsentEvent.at).where(ConsentEvent.network.is_not(None))
            oldest = session.scalars(query).all()
        assert all(at >= self.now - KEEP_NETWORK for at in oldest)

    # Invariants.

    @invariant()
    def everybody_stands_where_the_model_says(self) -> None:
        with self.app.database.read() as session:
            people = session.scalars(select(Subscriber)).all()
        assert {
            p.id: (p.status.value, p.address, p.name, p.frequency.value)
            for p in people
            if p.status is not SubscriberStatus.ERASED
        } == {
            number: (p.stands, p.address, p.name, p.frequency)
            for number, p in self.model.people.items()
            if p.stands != "erased"
        }

    @invariant()
    def only_who_may_be_mailed_is_in_the_audience(self) -> None:
        with self.app.database.read() as session:
            query = select(Subscriber.address).where(eligible(Stream.BULLETIN, self.now))
            found = sorted(address or "" for address in session.scalars(query))
        assert found == self.model.audience(self.now)

    @invariant()
    def suppression_outlives_everything_but_its_lifting(self) -> None:
        with self.app.database.read() as session:
            found = set(session.scalars(select(Suppression.address_hash)))
        assert found == {hash_address(SECRET, address) for address in self.model.suppressed}

    @invariant()
    def the_ledger_of_consent_only_grows(self) -> None:
        columns = [c for c in ConsentEvent.__table__.columns if c.name != "network"]
        with self.app.database.read() as session:
            rows = session.execute(select(*columns).order_by(ConsentEvent.id))
            found = [tuple(row) for row in rows]
        assert found[: len(self.events)] == self.events
        self.events = found

    @invariant()
    def whoever_is_confirmed_has_agreed_since_she_last_left(self) -> None:
        with self.app.database.read() as session:
            for number, person in self.model.people.items():
                query = select(ConsentEvent.kind).where(ConsentEvent.subscriber_id == number)
                kinds = list(session.scalars(query.order_by(ConsentEvent.id)))
                ends = [place for place, kind in enumerate(kinds) if kind in ENDS]
                since = kinds[ends[-1] + 1 :] if ends else kinds
                assert (ConsentKind.GIVEN in since) == (person.stands == "confirmed")

    @invariant()
    def nobody_erased_is_found_anywhere(self) -> None:
        stored = self.all_text()
        for word in self.model.gone:
            assert word.casefold() not in stored, word
        with self.app.database.read() as session:
            networks = session.scalars(
                select(ConsentEvent.network)
                .join(Subscriber, Subscriber.id == ConsentEvent.subscriber_id)
                .where(Subscriber.status == SubscriberStatus.ERASED)
            )
            assert set(networks) <= {None}

    # Helpers.

    def anybody(self, data: st.DataObject) -> int:
        return data.draw(st.sampled_from(sorted(self.model.people)))

    def own_link(self, data: st.DataObject) -> OwnLink:
        """A link to somebody's preferences, mailed to an address of theirs some days ago."""
        number = self.anybody(data)
        person = self.model.people[number]
        earlier = st.sampled_from(sorted(person.addresses))
        address = data.draw(st.just(person.address) | earlier if person.address else earlier)
        days = data.draw(st.sampled_from([0, 0, 0, 2, 20]))
        return OwnLink(number=number, address=address, issued_at=self.now - timedelta(days=days))

    def number_new_people(self) -> None:
        with self.app.database.read() as session:
            self.model.number(
                {p.address: p.id for p in session.scalars(select(Subscriber)) if p.address}
            )

    @property
    def transport(self) -> RecordingTransport:
        transport = self.app.transport("default")
        assert isinstance(transport, RecordingTransport)
        return transport

    def answer_with(self, is_taken: bool) -> None:
        """Servers often quote the mailbox in responses."""
        self.transport.taken.clear()
        self.transport.answers.clear()
        if not is_taken:
            for person in self.model.people.values():
                words = f"550 5.1.1 <{person.address}> is unknown"
                self.transport.answers[person.address] = Refused(response=words)
                waiting = person.new_address
                self.transport.answers.setdefault(waiting, Deferred(response=f"450 {waiting}"))

    def mails(self) -> list[Mail]:
        return list(self.transport.taken)

    def expect_notice(self, mail: Mail) -> None:
        """The recipient has the status that the notice requires, and its link is current."""
        text = mail.content.decode().replace("=\r\n", "")
        number = int(re.findall(r"^Message-ID: <n(\d+)\.", text, re.MULTILINE | re.IGNORECASE)[0])
        with self.app.database.read() as session:
            notice = session.get_one(Notice, number)
        about = notice.subscriber_id
        self.model.expect_notice(notice.kind, about, mail.recipient, notice.created_at)
        for token in set(re.findall(r"/keep-address/([\w-]+\.[\w-]+)", text)):
            path = f"/keep-address/{token}"
            link = Link(kind="keep-address", number=about, at=notice.created_at, path=path)
            self.model.links.append(link)
        for kind, token in set(re.findall(r"/(confirm|move|return)/([\w-]+\.[\w-]+)", text)):
            number, _, at = Signer(SECRET, kind).read(token).partition(".")
            link = Link(
                kind=kind,
                number=int(number),
                at=datetime.fromtimestamp(int(at) / 10**6, UTC),
                path=f"/{kind}/{token}",
            )
            self.model.links.append(link)

    def all_text(self) -> str:
        """Every text in every table."""
        texts: list[str] = []
        with self.app.database.read() as session:
            for table in Base.metadata.sorted_tables:
                columns = [
                    c for c in table.columns if isinstance(c.type, String) or c.name == "attributes"
                ]
                if columns:
                    rows = session.execute(select(*columns))
                    texts += [f"{table.name}: {tuple(row)}" for row in rows]
        return "\n".join(texts).casefold()


def path_of(link: OwnLink) -> str:
    return preferences_path(link.number, link.address, link.issued_at)


@pytest.mark.parametrize(
    ("databases", "histories"),
    [("new_sqlite", 6), pytest.param("new_postgresql", 2, marks=pytest.mark.postgresql)],
)
def test_every_history_keeps_the_invariants(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    client: httpx.Client,
    show: Callable[[SiteServices], None],
    clock: FixedClock,
    databases: str,
    histories: int,
) -> None:
    new_database: Callable[[], str] = request.getfixturevalue(databases)
    begun = clock.now()
    with ExitStack() as sites:

        def make_machine() -> ConsentMachine:
            clock.at = begun
            app = make_app(tmp_path, new_database(), clock, OPTIONS, RecordingTransport())
            sites.callback(app.close)
            show(app)
            return ConsentMachine(app, client, clock)

        run_state_machine_as_test(
            make_machine,
            settings=settings(
                max_examples=histories,
                stateful_step_count=40,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
