"""The site of a large office: people, editions, articles, and all that lists in the console show.

The same in every database. The newest editions are those that an office looks at: one waits for
approval, one can be taken back, one is being sent, one is paused with mails in doubt.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from console_rows import (
    BODY,
    DRAFTS,
    SENTENCE,
    Sizes,
    audit_lines,
    filed_articles,
    pictures,
    renditions,
    revisions,
    segments,
    staff_members,
    unsaved_words,
    written_articles,
)
from people import (
    NOW,
    PEOPLE_PER_BATCH,
    TOPICS,
    advance_sequence,
    execute,
    fill,
    vacuum,
)
from sqlalchemy import func, insert, select

from newsletter.actions import imports
from newsletter.app import Newsletter
from newsletter.articles.models import Article, Topic, article_topics
from newsletter.articles.writing.models import ArticleDraft, ArticleRevision
from newsletter.config.tables.approval import Approval
from newsletter.database import Database
from newsletter.delivery.ledger.statistics import count_batch
from newsletter.editions.bulletins.models import SavedBulletin
from newsletter.editions.composing.content import content_of
from newsletter.editions.composing.masthead import masthead
from newsletter.editions.models import (
    Edition,
    EditionArticle,
    EditionKind,
    EditionState,
    Variant,
)
from newsletter.media.models import MediaItem, MediaRendition
from newsletter.rendering.renderer import RenderedMail
from newsletter.staff.account_models import StaffMember, StaffSession
from newsletter.staff.actors import staff_member
from newsletter.staff.models import AuditEntry
from newsletter.staff.permissions import Role
from newsletter.staff.store import hash_token
from subscribers.models import Segment, Subscriber

ROWS_PER_BATCH = 2_000
# Of the editions but the last ones.
SMALL_AUDIENCE = 200
STORIES = 20

SUPPRESSED = """
INSERT INTO suppressions (address_hash, reason, created_at)
SELECT address_hash, 'complaint', :at FROM subscribers WHERE id % 33 = 0
"""
# One in fifty fails, each with words of its own; one in ninety-seven is left out.
DELIVERIES = """
INSERT INTO deliveries (edition_id, subscriber_id, variant_id, state, reason, verdict, attempts,
  worker, resent, settled_at)
SELECT :n, id, :n,
  CASE WHEN id > :waiting THEN 'queued' WHEN (id + :n) % 50 = 0 THEN 'failed'
    WHEN (id + :n) % 97 = 0 THEN 'skipped' WHEN (id + :n) % 50 = 1 THEN :unusual ELSE 'sent' END,
  CASE WHEN id > :waiting THEN ''
    WHEN (id + :n) % 50 = 0 THEN '550 5.1.1 <' || coalesce(address, '') || '>: User unknown'
    WHEN (id + :n) % 97 = 0 THEN 'has left' ELSE '250 2.0.0 Ok: queued as 4ZQx7b1mK2z' END,
  CASE WHEN id <= :waiting AND (id + :n) % 50 = 0 THEN 'recipient' ELSE '' END, 1,
  'wexcombe:4711', :no,
  CASE WHEN id > :waiting THEN NULL ELSE :at END
FROM subscribers
WHERE (id * 7 + :n) % 10 > 0 AND id > :first AND id <= :last ORDER BY id
"""
AUDIENCES = """
UPDATE editions SET audience = (SELECT count(*) FROM deliveries WHERE edition_id = editions.id)
WHERE fanned_out_at IS NOT NULL
"""
EVENTS = """
INSERT INTO feedback_events (key, kind, source, transport, at, recorded_at, subscriber_id,
  delivery_id, edition_id, domain, status, reason, is_proven, suppressed, undone_because)
SELECT 'delivery ' || d.id,
  CASE d.subscriber_id % 3 WHEN 0 THEN 'hard' WHEN 1 THEN 'full' ELSE 'complaint' END,
  'report', 'default', d.settled_at, d.settled_at, d.subscriber_id, d.id, d.edition_id,
  'd' || (d.subscriber_id % 20000) || '.example', '5.1.1', 'User unknown', :no, :no, ''
FROM deliveries d WHERE d.edition_id > :after AND d.state = 'failed' ORDER BY d.id
"""
NOTICES = """
INSERT INTO notices (kind, subscriber_id, state, reason, attempts, created_at, settled_at)
SELECT 'confirm', id, 'sent', '250 Ok', 1, joined_at, joined_at FROM subscribers WHERE id % 20 = 0
"""


def prepare(app: Newsletter, sizes: Sizes) -> None:
    """Insert what is missing."""
    database = app.database
    with database.read() as session:
        entered = session.scalar(select(func.max(Subscriber.id))) or 0
        is_made = session.scalar(select(func.max(Edition.id))) is not None
    fill(database, sizes.people, after=entered)
    if is_made:
        return
    _rows(database, StaffMember, staff_members())
    _articles(database, sizes)
    _editions(app, sizes)
    _ledger(database, sizes)
    _rows(database, SavedBulletin, _bulletins(sizes))
    _rows(database, Segment, segments())
    _rows(database, MediaItem, pictures())
    _rows(database, MediaRendition, renditions())
    _rows(database, AuditEntry, audit_lines(sizes))
    for table in (Subscriber, Edition, Variant, MediaItem, StaffMember):
        advance_sequence(database, table.__tablename__)
    _lists(app)
    vacuum(database)
    while count_batch(database, PEOPLE_PER_BATCH * 10):
        pass
    vacuum(database)


def sign_in(app: Newsletter, token: str) -> None:
    """A session of the first owner, who has just proved to be it; `token` is its cookie."""
    now = app.clock.now()
    session = StaffSession(
        id=1,
        member_id=1,
        token_hash=hash_token(token),
        started_at=now,
        seen_at=now,
        proved_at=now,
        device="Firefox on Linux",
        network="192.0.2.7",
    )
    with app.database.write() as transaction:
        transaction.merge(session)


def _articles(database: Database, sizes: Sizes) -> None:
    topics = ({"slug": slug, "name": slug.title()} for slug in TOPICS)
    _rows(database, Topic, topics)
    _rows(database, Article, written_articles(sizes))
    _rows(database, article_topics, filed_articles(sizes))
    _rows(database, ArticleRevision, revisions(sizes))
    _rows(database, ArticleDraft, unsaved_words(sizes))


def _editions(app: Newsletter, sizes: Sizes) -> None:
    top = masthead(app.config, "default")
    mail = _sample(app, top)
    made = (_edition(sizes, number, top, mail) for number in range(1, sizes.editions + 1))
    _rows(app.database, Edition, made)
    variants = (
        {"id": n, "edition_id": n, "articles": "", "content": mail.message, "nonce": mail.nonce}
        for n in range(1, sizes.paused + 1)
    )
    _rows(app.database, Variant, variants)
    _rows(app.database, EditionArticle, _told(sizes))


def _edition(sizes: Sizes, number: int, top: dict[str, Any], mail: RenderedMail) -> dict[str, Any]:
    states = {
        sizes.draft: EditionState.DRAFT,
        sizes.queued: EditionState.QUEUED,
        sizes.paused: EditionState.PAUSED,
        sizes.sending: EditionState.SENDING,
    }
    state = states.get(number, EditionState.SENT)
    is_bulletin, has_left = sizes.is_bulletin(number), number <= sizes.paused
    at = _sent_at(sizes, number) if has_left else NOW + timedelta(minutes=4)
    return {
        "id": number,
        "kind": EditionKind.BULLETIN if is_bulletin else EditionKind.DIGEST,
        "state": state,
        "digest": None if is_bulletin else "friday",
        "period": None if is_bulletin else f"{at:%Y-%m-%d}",
        "title": "Bulletin" if is_bulletin else "The Friday digest",
        "subject": f"Number {number}: what the council decided",
        "body_html": BODY if is_bulletin else "",
        "template": "bulletin" if is_bulletin else "digest",
        "transport": "default",
        "masthead": top,
        "web_html": mail.html if has_left else "",
        "view_key": str(number),
        "authors": ["staff:2"],
        "approval": Approval.ANOTHER if number == sizes.draft else Approval.OFF,
        "approvals_needed": int(number == sizes.draft),
        "created_at": at,
        "send_at": at,
        "fanned_out_at": at if has_left else None,
        "finished_at": at if state is EditionState.SENT else None,
    }


def _sent_at(sizes: Sizes, number: int) -> datetime:
    return NOW - timedelta(days=7 * (sizes.paused - number), hours=1)


def _told(sizes: Sizes) -> Iterator[dict[str, Any]]:
    """Twenty stories in each digest, the oldest first; about a third stay untold."""
    digests = [n for n in range(1, sizes.editions + 1) if not sizes.is_bulletin(n)]
    stories = max(min(STORIES, sizes.articles * 2 // 3 // len(digests)), 1)
    for place, edition in enumerate(digests):
        for position in range(stories):
            yield {
                "edition_id": edition,
                "article_id": place * stories + position + 1,
                "digest": "friday",
                "position": position,
            }


def _sample(app: Newsletter, top: dict[str, Any]) -> RenderedMail:
    """A bulletin as it is stored: every variant is this one."""
    edition = Edition(
        id=1,
        kind=EditionKind.BULLETIN,
        title="Bulletin",
        subject="What the council decided",
        body_html=BODY * 5,
        topics="",
        segment="",
        template="bulletin",
        masthead=top,
        view_key="1",
        created_at=NOW,
        send_at=NOW,
    )
    base = app.renderer.unsubscribe_base
    return app.renderer.render_mail(content_of(edition, (), unsubscribe_base=base, now=NOW))


def _ledger(database: Database, sizes: Sizes) -> None:
    _write(database, SUPPRESSED, at=NOW - timedelta(days=200))
    for number in range(1, sizes.paused + 1):
        at, last = _sent_at(sizes, number), sizes.people
        first = 0 if number in sizes.large else number * 999 % max(last - SMALL_AUDIENCE, 1)
        _write(
            database,
            DELIVERIES,
            n=number,
            first=first,
            last=last if number in sizes.large else first + SMALL_AUDIENCE,
            waiting=last // 2 if number == sizes.sending else last,
            unusual="uncertain" if number == sizes.paused else "sent",
            at=at,
            no=False,
        )
    _write(database, AUDIENCES)
    _write(database, EVENTS, after=sizes.sent - 5, no=False)
    _write(database, NOTICES)


def _bulletins(sizes: Sizes) -> Iterator[dict[str, Any]]:
    sent = [n for n in range(1, sizes.editions + 1) if sizes.is_bulletin(n)]
    for number in (*sent, *[None] * DRAFTS):
        at = _sent_at(sizes, number) if number else NOW
        yield {
            "subject": f"Number {number}: what the council decided" if number else "A draft",
            "text": SENTENCE * 20,
            "authors": ["staff:2"],
            "edition_id": number,
            "created_at": at,
            "changed_at": at,
        }


def _lists(app: Newsletter) -> None:
    """A list that was brought in, and one that is looked at."""
    owner = staff_member(1, Role.OWNER)
    rows = "".join(f"new{number}@list.example,Pat\n" for number in range(500))
    for file in ("members.csv", "petition.csv"):
        content = f"Email,Name\n{rows}no address,Kim\n".encode()
        number = imports.upload(app, owner, file, content)
        imports.rehearse(app, owner, number)
        if number == 1:
            imports.enter_upload(app, owner, number, "a paper form")


def _rows(database: Database, table: Any, rows: Iterator[dict[str, Any]]) -> None:
    """Insert rows, some thousands in a transaction."""
    while batch := list(islice(rows, ROWS_PER_BATCH)):
        with database.write() as session:
            session.connection().execute(insert(table), batch)


def _write(database: Database, statement: str, **values: object) -> None:
    with database.write() as session:
        execute(session, statement, **values)
