"""The sign-up form: double opt-in, consent wording, rate limits, no user enumeration."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from support import (
    SECRET,
    RecordingTransport,
    add_article,
    add_subscriber,
    hidden_fields,
    make_app,
    preferences_path,
)

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.config.tables.joining_options import JoiningOptions
from newsletter.http.rate_limit import InProcessRateLimit
from newsletter.scheduling.upkeep_jobs import forget_people
from newsletter.tokens.signing import Signer
from newsletter.transports.base import Deferred, Mail
from newsletter.web.account.form_tokens import FormTokens
from newsletter.web.account.signup import sign_up
from newsletter.web.services import SiteServices
from newsletter.web.state import SiteState
from subscribers import membership, store
from subscribers.consent import ConsentOrigin, history
from subscribers.membership import Preferences
from subscribers.models import ConsentKind, Frequency, SubscriberStatus
from subscribers.topics import Choice

Show = Callable[[SiteServices], None]

ANN = "ann@example.org"
FORM = {"address": ANN, "name": "Ann", "topic": "housing", "frequency": "weekly", "website": ""}
MARKS = FormTokens(Signer(SECRET, "form"), JoiningOptions().wording)
FORM["form"] = MARKS.make_permanent()


@pytest.fixture
def transport() -> RecordingTransport:
    return RecordingTransport()


@pytest.fixture
def program(
    tmp_path: Path, sqlite_url: str, clock: FixedClock, transport: RecordingTransport
) -> Iterator[Newsletter]:
    """A site whose mails are recorded."""
    app = make_app(tmp_path, sqlite_url, clock, transport=transport)
    with app.database.write() as session:
        add_article(session, "Homes", clock.now(), topics=["housing"])
    yield app
    app.close()


@pytest.fixture
def sent(transport: RecordingTransport) -> list[Mail]:
    return transport.taken


def status_of(program: Newsletter, address: str) -> SubscriberStatus | None:
    with program.database.read() as session:
        found = store.find_by_address(session, address)
        return found.status if found else None


def link_in(mail: Mail) -> str:
    """The path of the confirmation link."""
    text = mail.content.decode().replace("=\r\n", "")
    address = next(word for word in text.split() if "/confirm/" in word)
    return urlsplit(address).path


def join(client: httpx.Client, program: Newsletter, sent: list[Mail]) -> str:
    assert client.post("/subscribe", data=FORM).status_code == 200
    program.notices.send_due()
    return link_in(sent[-1])


def test_a_signup_is_confirmed_by_the_link_in_one_mail(
    client: httpx.Client, program: Newsletter, sent: list[Mail]
) -> None:
    path = join(client, program, sent)
    program.notices.send_due()
    assert [mail.recipient for mail in sent] == [ANN]
    assert status_of(program, ANN) is SubscriberStatus.PENDING
    assert "You are on the list" in client.post(path).text
    with program.database.read() as session:
        ann = store.by_address(session, ANN)
        assert (ann.name, ann.frequency) == ("Ann", Frequency.WEEKLY)
        assert store.choice_of(session, ann).topics == ("housing",)


def test_a_confirmation_queues_one_welcome_mail(
    client: httpx.Client, program: Newsletter, sent: list[Mail]
) -> None:
    path = join(client, program, sent)
    for _ in range(2):
        client.post(path)
    program.notices.send_due()
    text = sent[-1].content.decode().replace("=\r\n", "")
    assert len(sent) == 2
    assert "Subject: Welcome to Wexcombe Forward" in text
    assert "Mails:  the digest only\r\nTopics: Housing" in text


def test_a_repeated_signup_is_mailed_the_preference_link(
    client: httpx.Client, program: Newsletter, clock: FixedClock, sent: list[Mail]
) -> None:
    with program.database.write() as session:
        number = add_subscriber(session, ANN, clock.now()).id
    client.post("/subscribe", data=FORM)
    program.notices.send_due()
    [mail] = sent
    page = preferences_path(number, ANN, clock.now())
    assert page in mail.content.decode().replace("=\r\n", "")


def test_a_get_of_the_link_confirms_nothing(
    client: httpx.Client, program: Newsletter, sent: list[Mail]
) -> None:
    path = join(client, program, sent)
    for method in ("GET", "HEAD", "GET"):
        assert client.request(method, path).status_code == 200
    assert status_of(program, ANN) is SubscriberStatus.PENDING


def test_the_consent_wording_is_stored_verbatim(
    client: httpx.Client, program: Newsletter, sent: list[Mail]
) -> None:
    path, words = join(client, program, sent), program.config.joining.wording
    client.post(path, data=hidden_fields(client.get(path).text))
    with program.database.read() as session:
        asked, given = history(session, store.by_address(session, ANN))
    assert (asked.kind, asked.wording) == (ConsentKind.ASKED, words)
    assert (given.kind, given.source, given.wording) == (
        ConsentKind.GIVEN,
        "confirmation link",
        words,
    )


def test_wording_not_shown_is_not_recorded_as_consent(
    client: httpx.Client, program: Newsletter, sent: list[Mail]
) -> None:
    path = join(client, program, sent)
    shown = hidden_fields(client.get(path).text)
    client.post(path, data=dict.fromkeys(shown, "an earlier version"))
    with program.database.read() as session:
        assert history(session, store.by_address(session, ANN))[-1].wording == ""


def test_the_answer_does_not_reveal_membership(
    client: httpx.Client, program: Newsletter, clock: FixedClock, sent: list[Mail]
) -> None:
    with program.database.write() as session:
        add_subscriber(session, "known@example.org", clock.now())
        gone = add_subscriber(session, "gone@example.org", clock.now())
        store.add_suppression(session, gone.address_hash, "complained", clock.now())
    answers = set()
    for name in ("known", "new", "gone"):
        response = client.post("/subscribe", data=FORM | {"address": f"{name}@example.org"})
        answers.add((response.status_code, response.text.replace(name, "NAME")))
    assert len(answers) == 1
    program.notices.send_due()
    assert "gone@example.org" not in {mail.recipient for mail in sent}


def test_a_filled_honeypot_is_answered_as_success(
    client: httpx.Client, program: Newsletter
) -> None:
    response = client.post("/subscribe", data=FORM | {"website": "https://spam.example"})
    assert "Look into your inbox" in response.text
    assert status_of(program, ANN) is None


def test_signups_are_rate_limited_per_mailbox(
    client: httpx.Client, program: Newsletter, clock: FixedClock, sent: list[Mail]
) -> None:
    for _ in range(8):
        client.post("/subscribe", data=FORM)
        program.notices.send_due()
        clock.at += timedelta(minutes=11)
    assert len(sent) == 3


def test_signups_are_rate_limited_per_network(client: httpx.Client) -> None:
    codes = [client.post("/subscribe", data=FORM).status_code for _ in range(21)]
    assert codes == [200] * 20 + [429]


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "no address"},
        {"address": ""},
        {"address": "a@b.example\r\nBcc: all@b.example"},
        {"frequency": "hourly"},
        {"topic": "../../etc"},
    ],
)
def test_an_invalid_form_is_shown_again_with_its_values(
    client: httpx.Client, program: Newsletter, wrong: dict[str, str]
) -> None:
    response = client.post("/subscribe", data=FORM | {"name": "Ann <b>"} | wrong)
    assert response.status_code == 400
    assert 'role="alert"' in response.text
    assert "Ann &lt;b&gt;" in response.text
    assert status_of(program, ANN) is None


def test_an_expired_link_says_how_to_sign_up_again(
    client: httpx.Client, program: Newsletter, clock: FixedClock, sent: list[Mail]
) -> None:
    path = join(client, program, sent)
    clock.at += timedelta(days=8)
    response = client.post(path)
    assert response.status_code == 400
    assert "fill in the form again" in response.text
    assert status_of(program, ANN) is SubscriberStatus.PENDING


def test_a_link_of_another_purpose_confirms_nothing(
    client: httpx.Client, program: Newsletter, clock: FixedClock
) -> None:
    with program.database.write() as session:
        ann = add_subscriber(session, ANN, clock.now(), proven=False)
        moment = int(clock.now().timestamp())
    token = Signer(SECRET, "unsubscribe").sign(f"{ann.id}.{moment}")
    assert client.post(f"/confirm/{token}").status_code == 400
    assert status_of(program, ANN) is SubscriberStatus.PENDING


def test_an_old_confirmation_link_does_not_resubscribe(
    client: httpx.Client, program: Newsletter, clock: FixedClock, sent: list[Mail]
) -> None:
    path = join(client, program, sent)
    client.post(path)
    with program.database.write() as session:
        membership.leave(
            session,
            store.by_address(session, ANN),
            origin=ConsentOrigin(source="one-click"),
            now=clock.now(),
        )
    assert client.post(path).status_code == 400
    assert status_of(program, ANN) is SubscriberStatus.ENDED


def test_unconfirmed_signups_are_purged(
    client: httpx.Client, program: Newsletter, clock: FixedClock, sent: list[Mail]
) -> None:
    join(client, program, sent)
    clock.at += timedelta(days=30)
    forget_people(program)
    assert status_of(program, ANN) is SubscriberStatus.PENDING
    clock.at += timedelta(seconds=1)
    forget_people(program)
    assert status_of(program, ANN) is None


def test_a_repeated_signup_is_kept_until_its_new_link_expires(
    client: httpx.Client, program: Newsletter, clock: FixedClock, sent: list[Mail]
) -> None:
    join(client, program, sent)
    clock.at += timedelta(days=29)
    path = join(client, program, sent)
    clock.at += timedelta(days=2)
    forget_people(program)
    assert "You are on the list" in client.post(path).text


def test_a_claimed_notice_is_not_sent_again_after_a_crash(
    client: httpx.Client, program: Newsletter, clock: FixedClock, transport: RecordingTransport
) -> None:
    client.post("/subscribe", data=FORM)
    transport.raising = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        program.notices.send_due()
    transport.raising = None
    clock.at += timedelta(hours=1)
    program.notices.send_due()
    program.notices.send_due()
    assert len(transport.taken) == 1


def test_a_deferred_notice_is_retried(
    client: httpx.Client, program: Newsletter, clock: FixedClock, transport: RecordingTransport
) -> None:
    transport.answers[ANN] = Deferred(response="450 later")
    client.post("/subscribe", data=FORM)
    program.notices.send_due()
    transport.answers.clear()
    program.notices.send_due()
    assert len(transport.taken) == 1
    clock.at += timedelta(minutes=10)
    program.notices.send_due()
    assert len(transport.taken) == 2


def test_a_closed_list_has_no_form(
    tmp_path: Path, sqlite_url: str, clock: FixedClock, client: httpx.Client, show: Show
) -> None:
    assert "Get it by email" in client.get("/").text
    closed = make_app(tmp_path, sqlite_url, clock, extra="[joining]\nis_open = false\n")
    show(closed)
    assert "Get it by email" not in client.get("/").text
    assert client.post("/subscribe", data=FORM).status_code == 404
    closed.close()


@pytest.mark.parametrize(
    ("option", "address"),
    [
        ('refuse_domains = ["Example.org"]', ANN),
        ("refuse_disposable = true", "ann@mailinator.com"),
    ],
)
def test_configured_domains_are_refused(
    tmp_path: Path,
    client: httpx.Client,
    program: Newsletter,
    clock: FixedClock,
    show: Show,
    option: str,
    address: str,
) -> None:
    assert client.post("/subscribe", data=FORM | {"address": address}).status_code == 200
    app = make_app(tmp_path, program.config.database.url, clock, extra=f"[joining]\n{option}\n")
    show(app)
    page = client.post("/subscribe", data=FORM | {"address": address})
    assert page.status_code == 400
    assert "cannot be used here" in page.text
    app.close()


@pytest.mark.parametrize(("kept", "network"), [("0s", ""), ("30d", "127.0.0.1")])
def test_the_network_address_is_stored_only_where_configured(
    tmp_path: Path,
    client: httpx.Client,
    program: Newsletter,
    clock: FixedClock,
    show: Show,
    kept: str,
    network: str,
) -> None:
    options = f'[joining]\nkeep_network = "{kept}"\n'
    app = make_app(tmp_path, program.config.database.url, clock, extra=options)
    show(app)
    client.post("/subscribe", data=FORM)
    with app.database.read() as session:
        assert history(session, store.by_address(session, ANN))[0].network == network
    app.close()


def test_concurrent_signups_make_one_subscriber(
    tmp_path: Path, database_url: str, clock: FixedClock
) -> None:
    app = make_app(tmp_path, database_url, clock)
    site = SiteState(app)
    site.signup_limit_per_mailbox = InProcessRateLimit(1000, clock)

    def enter_her(number: int) -> None:
        sign_up(
            site,
            ANN,
            Preferences(name=str(number), choice=Choice(), frequency=Frequency.REGULAR),
            source="t",
            network="",
        )

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(enter_her, range(200)))
    with app.database.read() as session:
        assert store.count_by_status(session) == {SubscriberStatus.PENDING: 1}
    app.close()


def test_nothing_that_a_stranger_wrote_stands_in_the_mail_that_asks(
    client: httpx.Client, program: Newsletter, sent: list[Mail]
) -> None:
    client.post("/subscribe", data=FORM | {"name": "Win-at-evil.example"})
    program.notices.send_due()
    assert len(sent) == 1
    assert b"evil" not in sent[0].content
