"""One change by every action: the fixtures it needs, and the call."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pictures import gradient, saved
from sqlalchemy import update
from staff_changes import STAFF_ACTORS, STAFF_CHANGES
from support import add_article, add_subscriber

from newsletter.actions import (
    account,
    articles,
    bulletins,
    digests,
    editions,
    feedback,
    feeds,
    imports,
    maintenance,
    media,
    segments,
    settings,
    sources,
    subscribers,
    suppressions,
    test_mails,
    transports,
)
from newsletter.actions.test_mails import PreviewMail
from newsletter.app import Newsletter
from newsletter.articles import store as article_store
from newsletter.articles.editing import Edit as ArticleEdit
from newsletter.articles.importers.base import ImportContext, Record
from newsletter.articles.models import Article, ArticleStatus
from newsletter.articles.writing.content import ArticleContent
from newsletter.delivery.alarms import Alarm
from newsletter.delivery.dry_run import render_for_choice
from newsletter.delivery.ledger.models import Delivery, DeliveryState
from newsletter.editions.bulletins.writing import Writing
from newsletter.editions.coming.arrangement import Edit
from newsletter.editions.compose import BulletinDraft, compose_digest
from newsletter.editions.composing.composition import Composition
from newsletter.editions.digests.combined_digests import DueDigest
from newsletter.editions.digests.schedule import Run
from newsletter.editions.digests.upcoming import next_edition
from newsletter.editions.models import Edition, EditionState
from newsletter.feedback.receivers.base import Position
from newsletter.feeds.maintenance import FeedMaintenance, MaintenanceResult
from newsletter.fetching import Fetched, Size
from newsletter.staff.actors import SCHEDULE, VISITOR, Actor, operator, subscriber
from newsletter.subscriptions import preferences_link
from newsletter.subscriptions.unsubscribe import Departure
from newsletter.tokens.expiring_link import ExpiringLink
from newsletter.tokens.links import PreferencesLink
from newsletter.transports.api.account import Connection
from newsletter.transports.api.webhooks import Webhook, WebhookCall
from newsletter.transports.events import Event, EventKind, EventSource
from subscribers import address_change, membership
from subscribers import store as people
from subscribers.consent import Origin
from subscribers.importing.batches import Row
from subscribers.importing.history import ImportStart
from subscribers.importing.list_importer import ImportTerms
from subscribers.importing.rows import Person
from subscribers.importing.states import ListState
from subscribers.importing.uploaded.answers import UploadAnswers
from subscribers.membership import Preferences, Signup
from subscribers.models import Frequency
from subscribers.segments import store as segment_store
from subscribers.topics import Choice

# The subscribers of the site: Ann has confirmed, Pat has not.
ANN, PAT = 1, 2
ORIGIN = Origin(source="test")
PICTURE = saved(gradient(80, 60), "JPEG")
Call = Callable[[Actor], object]
Change = Callable[[Newsletter], Call]
"""Prepares a site; returns the call that changes it."""

RSS = (
    b'<rss version="2.0"><channel><title>t</title><item><guid>1</guid><title>One</title>'
    b"<description>Words.</description></item></channel></rss>"
)


def fill(app: Newsletter) -> None:
    """An article and two subscribers."""
    now = app.clock.now()
    with app.database.write() as session:
        add_article(session, "Homes", now, topics=["housing"])
        add_subscriber(session, "ann@wexcombe.example", now, name="Ann Moor")
        add_subscriber(session, "pat@wexcombe.example", now, name="Pat Moor", proven=False)


def edition(app: Newsletter, state: EditionState = EditionState.QUEUED) -> int:
    """A digest's edition in a state."""
    with app.database.write() as session:
        made = compose_digest(
            session, app.config, app.renderer, "friday", period=None, now=app.clock.now()
        )
        assert isinstance(made, Edition)
        made.state = state
        return made.id


def sent_edition(app: Newsletter, state: DeliveryState) -> int:
    """An edition whose one delivery is in a state."""
    number = edition(app)
    app.engine.send(number)
    with app.database.write() as session:
        session.execute(update(Delivery).values(state=state))
    return number


def person(app: Newsletter, number: int, act: Callable[..., Any]) -> Any:
    """Change a subscriber without an action."""
    with app.database.write() as session:
        return act(session, people.by_id(session, number))


def leave(app: Newsletter) -> ExpiringLink:
    now = app.clock.now()
    person(app, ANN, lambda s, ann: membership.leave(s, ann, origin=ORIGIN, now=now))
    return ExpiringLink(subscriber_id=ANN, at=now)


def ask_to_move(app: Newsletter) -> ExpiringLink:
    now, secret = app.clock.now(), app.secret
    address = "ann@elsewhere.example"
    person(app, ANN, lambda s, ann: address_change.request_change(s, ann, secret, address, now))
    return ExpiringLink(subscriber_id=ANN, at=now)


def approving(app: Newsletter) -> Call:
    number = edition(app, EditionState.DRAFT)
    return lambda actor: editions.approve(app, actor, number)


def editing_draft(app: Newsletter) -> Call:
    number = edition(app, EditionState.DRAFT)
    return lambda actor: editions.edit(app, actor, number, Edit(introduction="Good morning."))


def reopening(app: Newsletter) -> Call:
    number = edition(app)
    return lambda actor: editions.reopen(app, actor, number)


def looking(app: Newsletter) -> Call:
    number = edition(app, EditionState.DRAFT)
    return lambda actor: editions.look(app, actor, number)


def asking(app: Newsletter) -> Call:
    number = edition(app, EditionState.DRAFT)
    return lambda actor: editions.ask_for_approval(app, actor, number, "as it is")


def unholding(app: Newsletter) -> Call:
    digests.hold(app, operator("setup"), "friday")
    return lambda actor: digests.unhold(app, actor, "friday")


def skipping(app: Newsletter) -> Call:
    app.clock.at += timedelta(minutes=1)
    return lambda actor: digests.skip(app, actor, "friday", COMING)


def unskipping(app: Newsletter) -> Call:
    app.clock.at += timedelta(minutes=1)
    digests.skip(app, operator("setup"), "friday", COMING)
    return lambda actor: digests.unskip(app, actor, "friday", COMING)


def saved_bulletin(app: Newsletter) -> int:
    writing = Writing(subject="Flood", text="Stay home.")
    return bulletins.save(app, operator("setup"), writing).number


def copying(app: Newsletter) -> Call:
    number = saved_bulletin(app)
    return lambda actor: bulletins.copy(app, actor, number)


def discarding(app: Newsletter) -> Call:
    number = saved_bulletin(app)
    return lambda actor: bulletins.discard(app, actor, number)


def sending_saved(app: Newsletter) -> Call:
    number = saved_bulletin(app)
    return lambda actor: bulletins.send_saved(app, actor, number)


def submitting(app: Newsletter) -> Call:
    number = saved_bulletin(app)
    return lambda actor: bulletins.submit(app, actor, number)


def testing(app: Newsletter) -> Call:
    with app.database.read() as session:
        made = next_edition(session, app.config, app.renderer, "friday", app.clock.now())
        assert isinstance(made, Composition)
        compiled = render_for_choice(made, app.renderer, Choice(), app.clock.now(), test=True)
    mail = PreviewMail(compiled=compiled, edition=made.edition, name="", to="me@b.example")
    return lambda actor: test_mails.send(app, actor, mail)


def pausing(app: Newsletter) -> Call:
    number = edition(app)
    return lambda actor: editions.pause(app, actor, number)


def pausing_all(app: Newsletter) -> Call:
    edition(app)
    return lambda actor: editions.pause_all(app, actor)


def resuming(app: Newsletter) -> Call:
    number = edition(app, EditionState.PAUSED)
    return lambda actor: editions.resume(app, actor, number)


def cancelling(app: Newsletter) -> Call:
    number = edition(app)
    return lambda actor: editions.cancel(app, actor, number)


def starting(app: Newsletter) -> Call:
    number = edition(app)
    return lambda actor: editions.start(app, actor, number)


def retrying(app: Newsletter) -> Call:
    number = sent_edition(app, DeliveryState.FAILED)
    return lambda actor: editions.retry(app, actor, number)


def resolving(app: Newsletter) -> Call:
    number = sent_edition(app, DeliveryState.UNCERTAIN)
    return lambda actor: editions.resolve(app, actor, number, resend=False)


def moving_address(app: Newsletter) -> Call:
    link = ask_to_move(app)
    return lambda actor: account.move(app, actor, link, origin=ORIGIN)


def keeping_address(app: Newsletter) -> Call:
    ask_to_move(app)
    return lambda actor: account.keep_address(app, actor, own_link(app))


def objecting_to_move(app: Newsletter) -> Call:
    ask_to_move(app)
    with app.database.read() as session:
        [change] = people.moves_of(session, people.by_id(session, ANN))
    return lambda actor: account.object_to_move(app, actor, change.id, origin=ORIGIN)


def own_link(app: Newsletter, number: int = ANN) -> PreferencesLink:
    """The link to the preferences that a mail would bring now."""
    with app.database.read() as session:
        subscriber = people.by_id(session, number)
        return preferences_link.issue(app.link_signers, subscriber, app.clock.now())


def confirming(app: Newsletter) -> Call:
    link = ExpiringLink(subscriber_id=PAT, at=app.clock.now())
    return lambda actor: account.confirm(app, actor, link, origin=ORIGIN)


def resubscribing(app: Newsletter) -> Call:
    link = leave(app)
    return lambda actor: account.resubscribe(app, actor, link, origin=ORIGIN)


def revoking(app: Newsletter) -> Call:
    feeds.give_private(app, operator("setup"), ANN)
    return lambda actor: feeds.revoke_private(app, actor, ANN)


def unsetting(app: Newsletter) -> Call:
    settings.change(app, operator("ann"), {"site.description": "News"})
    return lambda who: settings.unset(app, who, "site.description")


def removing_segment(app: Newsletter) -> Call:
    with app.database.write() as session:
        segment_store.add(session, "pending", "status = pending", app.clock.now())
    return lambda actor: segments.remove(app, actor, "pending")


def measuring(app: Newsletter) -> Call:
    with app.database.write() as session:
        session.execute(update(Article).values(image_url="https://wexcombe.example/a.jpg"))
    size = Size(length_bytes=7, content_type="image/jpeg")
    return lambda actor: articles.measure(app, actor, lambda _: size)


def forgetting(app: Newsletter) -> Call:
    # Pat's confirmation was queued a day ago.
    app.clock.at += app.config.joining.forget + timedelta(days=1)
    return lambda actor: maintenance.forget_people(app, actor)


class Keeper(FeedMaintenance):
    """Always reports one sealed archive."""

    def run(self) -> MaintenanceResult:
        return MaintenanceResult(archives=1, notices=0)


def keeping_feeds(app: Newsletter) -> Call:
    keeper = Keeper(app.database, app.config, app.clock)
    return lambda actor: feeds.keep(app, actor, keeper)


def polling(app: Newsletter) -> Call:
    def fetch(url: str, *, etag: str, last_modified: str, allow_private: bool) -> Fetched:
        del etag, last_modified, allow_private
        return Fetched(url=url, changed=True, content=RSS, etag="", last_modified="")

    return lambda actor: sources.poll(app, actor, "neighbours", fetch)


class Told(Webhook):
    """A provider's calls that nothing has to prove."""

    needs = ()

    def prove(self, call: WebhookCall, now: datetime) -> None:
        """Nothing."""

    def events(self, item: Any, call: WebhookCall) -> tuple[()]:
        return ()


def connecting(app: Newsletter) -> Call:
    class WithProvider:
        connections = 1

        def webhook(self) -> Webhook:
            return Told(None)

        def connect(self, address: str) -> Connection:
            return Connection(done=(address,))

    app.recorders["provider"] = WithProvider()
    return lambda actor: transports.connect(app, actor, "provider")


def saving(app: Newsletter) -> Call:
    content = stored_content(app)
    changed = replace(content, title="Houses")
    return lambda actor: articles.save(app, actor, 1, changed, content.version)


def discarding_words(app: Newsletter) -> Call:
    articles.keep(app, operator("setup"), 1, stored_content(app))
    return lambda actor: articles.discard(app, actor, 1)


def restoring(app: Newsletter) -> Call:
    articles.edit(app, operator("setup"), 1, ArticleEdit(title="Houses"))
    return lambda actor: articles.restore(app, actor, 1, 1)


def stored_content(app: Newsletter) -> ArticleContent:
    with app.database.read() as session:
        return ArticleContent.of(article_store.get(session, 1))


def describing(app: Newsletter) -> Call:
    media.add(app, operator("setup"), PICTURE, "quay.jpg")
    return lambda actor: media.describe(app, actor, 1, "The quay")


def pruning(app: Newsletter) -> Call:
    media.add(app, operator("setup"), PICTURE, "quay.jpg")
    app.clock.at += timedelta(days=31)
    return lambda actor: media.prune(app, actor)


def importing_articles(app: Newsletter) -> Call:
    record = Record(
        source="text",
        source_key="two.txt",
        explicit_key=False,
        title="Two",
        body_html="<p>Two.</p>",
        published_at=FRIDAY,
        where="two.txt",
    )
    site = ImportContext.of(app.config.site)
    return lambda actor: articles.import_(app, actor, [record], site)


def publishing(app: Newsletter) -> Call:
    with app.database.write() as session:
        session.execute(update(Article).values(status=ArticleStatus.SCHEDULED))
    return lambda actor: articles.publish_due(app, actor)


def importing_people(app: Newsletter) -> Call:
    said = Person(
        row=2,
        address="zoe@wexcombe.example",
        name="Zoe",
        preferences=WISHES,
        attributes={},
        since="",
        state=ListState.SUBSCRIBED,
    )
    row = Row(number=2, cells=["zoe@wexcombe.example"], said=said)
    terms = ImportTerms(file="members.csv", secret=app.secret, consent="paper")
    begun = ImportStart(file="members.csv", sha256="", consent="paper", report={})
    return lambda actor: imports.enter(app, actor, begun, terms, [[row]], lambda *_: None, {})


def undoing_import(app: Newsletter) -> Call:
    importing_people(app)(operator("setup"))
    return lambda actor: imports.undo(app, actor, 1)


def uploading(app: Newsletter, content: bytes = b"email\nzoe@wexcombe.example\n") -> int:
    """An uploaded list that is rehearsed."""
    number = imports.upload(app, operator("setup"), "members.csv", content)
    imports.rehearse(app, operator("setup"), number)
    return number


def answering(app: Newsletter) -> Call:
    number = uploading(app)
    return lambda actor: imports.answer(app, actor, number, UploadAnswers(updates=True))


def mending(app: Newsletter) -> Call:
    number = uploading(app, b"email,name\nzoe at wexcombe.example,Zoe\n")
    return lambda actor: imports.mend(app, actor, number, {2: ["zoe@wexcombe.example", "Zoe"]})


def rehearsing(app: Newsletter) -> Call:
    number = uploading(app)
    return lambda actor: imports.rehearse(app, actor, number)


def entering_upload(app: Newsletter) -> Call:
    number = uploading(app)
    return lambda actor: imports.enter_upload(app, actor, number, "paper")


def discarding_upload(app: Newsletter) -> Call:
    number = uploading(app)
    return lambda actor: imports.discard(app, actor, number)


def forgetting_uploads(app: Newsletter) -> Call:
    uploading(app)
    app.clock.at += timedelta(days=8)
    return lambda actor: imports.forget_uploads(app, actor)


def changing_segment(app: Newsletter) -> Call:
    segments.add(app, operator("setup"), "new", "status = pending")
    return lambda actor: segments.change(app, actor, "new", "status = confirmed")


def renaming_segment(app: Newsletter) -> Call:
    segments.add(app, operator("setup"), "new", "status = pending")
    return lambda actor: segments.rename(app, actor, "new", "newer")


def lifting(app: Newsletter) -> Call:
    address = ["gone@wexcombe.example"]
    suppressions.add(app, operator("setup"), [address], "test")
    return lambda actor: suppressions.lift(app, actor, [address])


def bounce(recipient: str = "ann@wexcombe.example") -> Event:
    """A hard bounce, proven."""
    return Event(
        kind=EventKind.HARD, source=EventSource.WEBHOOK, recipient=recipient, provider_id="1"
    )


REPORT = """From: MAILER-DAEMON@mx.example
Subject: Undelivered Mail
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; ann@wexcombe.example
Action: failed
Status: 5.1.1
"""


def receiving(app: Newsletter) -> Call:
    sent_edition(app, DeliveryState.SENT)
    return lambda actor: feedback.receive(app, actor, REPORT.encode())


def looking_after_feedback(app: Newsletter) -> Call:
    many = [
        Event(kind=EventKind.BLOCKED, source=EventSource.WEBHOOK, provider_id=str(number))
        for number in range(10)
    ]
    feedback.record(app, operator("setup"), many)
    return lambda actor: feedback.look_after(app, actor)


def undoing_bounce(app: Newsletter) -> Call:
    feedback.record(app, operator("setup"), [bounce()])
    return lambda actor: feedback.undo(app, actor, 1, "the server was misconfigured")


WISHES = Preferences(
    name="Ann", choice=Choice(topics=("housing",), digests=()), frequency=Frequency.WEEKLY
)
FRIDAY = datetime(2026, 11, 27, 9, tzinfo=UTC)
DUE = DueDigest(name="friday", period="2026-11-27", at=FRIDAY)
# The run of the next week: a minute after nine, this week's is not to come.
COMING = "2026-12-04"
MISSED = Run(period="2026-11-20", at=FRIDAY - timedelta(weeks=1))
JOINING = Signup(address="zoe@wexcombe.example", name="Zoe")
ALARM = ("overdue friday 2026-11-20", Alarm(title="The digest friday is overdue", text="…"))

# Actors of changes that staff cannot make.
ACTORS: Mapping[str, Actor] = {
    "account.confirm": subscriber(PAT),
    "account.sign_up": VISITOR,
    "digests.register": SCHEDULE,
    "imports.forget_uploads": SCHEDULE,
    "maintenance.forget_people": SCHEDULE,
    **STAFF_ACTORS,
}
# Actions without a line, with the reason.
UNRECORDED = {
    "feedback.remember_mailbox": "where reading stopped is of no interest later",
    "sessions.see": "the session itself says when it was used",
}


def actor_of(action: str) -> Actor:
    """An actor with the permission."""
    usual = subscriber(ANN) if action.startswith("account.") else operator("ann")
    return ACTORS.get(action, usual)


CHANGES: Mapping[str, Change] = {
    "account.ask_to_move": lambda app: (
        lambda who: account.ask_to_move(app, who, own_link(app), "a@b.example")
    ),
    "account.choose": lambda app: (
        lambda who: account.choose(app, who, own_link(app), WISHES, None, origin=ORIGIN)
    ),
    "account.confirm": confirming,
    "account.erase": lambda app: lambda who: account.erase(app, who, own_link(app), origin=ORIGIN),
    "account.keep_address": keeping_address,
    "account.lower_frequency": lambda app: (
        lambda who: account.lower_frequency(
            app, who, own_link(app), Frequency.WEEKLY, origin=ORIGIN
        )
    ),
    "account.mail_preferences_link": lambda app: (
        lambda who: account.mail_preferences_link(app, who, own_link(app))
    ),
    "account.move": moving_address,
    "account.object_to_move": objecting_to_move,
    "account.object_to_mail": lambda app: (
        lambda who: account.object_to_mail(app, who, own_link(app), origin=ORIGIN)
    ),
    "account.pause": lambda app: lambda who: account.pause(app, who, own_link(app)),
    "account.resubscribe": resubscribing,
    "account.sign_up": lambda app: lambda who: account.sign_up(app, who, JOINING, origin=ORIGIN),
    "account.unsubscribe": lambda app: lambda who: account.unsubscribe(app, who, 7, Departure()),
    "articles.discard": discarding_words,
    "articles.keep": lambda app: lambda who: articles.keep(app, who, None, ArticleContent()),
    "articles.restore": restoring,
    "articles.save": saving,
    "articles.correct": lambda app: lambda who: articles.correct(app, who, 1, "It was Tuesday."),
    "articles.edit": lambda app: (
        lambda who: articles.edit(app, who, 1, ArticleEdit(title="Houses"))
    ),
    "articles.import": importing_articles,
    "articles.mail": lambda app: lambda who: articles.mail(app, who, 1),
    "articles.measure": measuring,
    "articles.publish_due": publishing,
    "articles.withdraw": lambda app: lambda who: articles.withdraw(app, who, ["1"]),
    "bulletins.send": lambda app: (
        lambda who: bulletins.send(app, who, BulletinDraft(subject="Flood", text="Stay home."))
    ),
    "bulletins.copy": copying,
    "bulletins.discard": discarding,
    "bulletins.save": lambda app: (
        lambda who: bulletins.save(app, who, Writing(subject="Flood", text="Stay home."))
    ),
    "bulletins.send_saved": sending_saved,
    "bulletins.submit": submitting,
    "digests.compose": lambda app: lambda who: digests.compose(app, who, "friday"),
    "digests.compose_due": lambda app: lambda who: digests.compose_due(app, who, [DUE]),
    "digests.edit": lambda app: (
        lambda who: digests.edit(app, who, "friday", Edit(introduction="Good morning."))
    ),
    "digests.hold": lambda app: lambda who: digests.hold(app, who, "friday"),
    "digests.record_missed_run": lambda app: (
        lambda who: digests.record_missed_run(app, who, "friday", MISSED)
    ),
    "digests.register": lambda app: lambda who: digests.register(app, who, "friday"),
    "digests.release": lambda app: lambda who: digests.release(app, who, "friday", seen=None),
    "digests.skip": skipping,
    "digests.submit": lambda app: lambda who: digests.submit(app, who, "friday", seen=None),
    "digests.unhold": unholding,
    "digests.unskip": unskipping,
    "editions.approve": approving,
    "editions.ask_for_approval": asking,
    "editions.edit": editing_draft,
    "editions.look": looking,
    "editions.reopen": reopening,
    "editions.cancel": cancelling,
    "editions.pause": pausing,
    "editions.pause_all": pausing_all,
    "editions.resolve": resolving,
    "editions.resume": resuming,
    "editions.retry": retrying,
    "editions.start": starting,
    "feedback.record": lambda app: lambda who: feedback.record(app, who, [bounce()]),
    "feedback.look_after": looking_after_feedback,
    "feedback.receive": receiving,
    "feedback.remember_mailbox": lambda app: (
        lambda who: feedback.remember_mailbox(app, who, "bounces", Position(last=7))
    ),
    "feedback.undo": undoing_bounce,
    "feeds.give_private": lambda app: lambda who: feeds.give_private(app, who, ANN),
    "feeds.keep": keeping_feeds,
    "feeds.revoke_private": revoking,
    "imports.answer": answering,
    "imports.discard": discarding_upload,
    "imports.enter": importing_people,
    "imports.enter_upload": entering_upload,
    "imports.forget_uploads": forgetting_uploads,
    "imports.mend": mending,
    "imports.rehearse": rehearsing,
    "imports.undo": undoing_import,
    "imports.upload": lambda app: (
        lambda who: imports.upload(app, who, "members.csv", b"email\nzoe@wexcombe.example\n")
    ),
    "maintenance.forget_people": forgetting,
    "maintenance.look_after_editions": lambda app: (
        lambda who: maintenance.look_after_editions(app, who, [ALARM])
    ),
    "media.add": lambda app: lambda who: media.add(app, who, PICTURE, "quay.jpg"),
    "media.describe": describing,
    "media.prune": pruning,
    "segments.add": lambda app: lambda who: segments.add(app, who, "new", "status = pending"),
    "segments.change": changing_segment,
    "segments.remove": removing_segment,
    "segments.rename": renaming_segment,
    "settings.change": lambda app: (
        lambda who: settings.change(app, who, {"site.description": "News"})
    ),
    "settings.unset": unsetting,
    "sources.poll": polling,
    "subscribers.add": lambda app: lambda who: subscribers.add(app, who, JOINING, "paper"),
    "subscribers.change": lambda app: (
        lambda who: subscribers.change(app, who, ANN, WISHES, "a letter")
    ),
    "subscribers.confirm": lambda app: lambda who: subscribers.confirm(app, who, PAT, "paper"),
    "subscribers.disclose": lambda app: lambda who: subscribers.disclose(app, who, ANN),
    "subscribers.end": lambda app: lambda who: subscribers.end(app, who, ANN),
    "subscribers.erase": lambda app: lambda who: subscribers.erase(app, who, ANN),
    "subscribers.export": lambda app: (
        lambda who: subscribers.export(app, who, [], lambda rows: len(list(rows)))
    ),
    "subscribers.pause": lambda app: (
        lambda who: subscribers.pause(app, who, ANN, FRIDAY + timedelta(weeks=4))
    ),
    "suppressions.add": lambda app: (
        lambda who: suppressions.add(app, who, [["gone@wexcombe.example"]], "asked for")
    ),
    "suppressions.lift": lifting,
    "test_mails.send": testing,
    "test_mails.try_transport": lambda app: (
        lambda who: test_mails.try_transport(app, who, "", "me@b.example")
    ),
    "transports.connect": connecting,
    **STAFF_CHANGES,
}
