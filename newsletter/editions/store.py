"""Every query on editions. Never commits."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hmac import compare_digest

from sqlalchemy import ColumnElement, and_, delete, exists, func, select, update
from sqlalchemy.orm import Session, defer

from newsletter.articles.models import Article, ArticleStatus, Correction, Topic
from newsletter.config.options import DigestOptions
from newsletter.editions.digests.sections import Amendment, Section
from newsletter.editions.lifecycle import Transition, next_state
from newsletter.editions.models import (
    EACH_ARTICLE,
    DigestState,
    Edition,
    EditionArticle,
    EditionCorrection,
    EditionKind,
    EditionState,
    Variant,
    VariantChoice,
)
from newsletter.errors import Conflict, ResourceNotFound

# What was wrong longer ago than this is told by the site and the feeds alone.
OLD_CORRECTION = timedelta(days=90)
MOST_CORRECTIONS = 10
UNDER_WAY = frozenset(
    {EditionState.QUEUED, EditionState.SENDING, EditionState.PAUSED, EditionState.STOPPED}
)
# States in which an edition may be read online: somebody has been sent it.
PUBLIC = frozenset({EditionState.SENDING, EditionState.SENT, EditionState.PAUSED})


def by_id(session: Session, number: int) -> Edition:
    """Raises ResourceNotFound where there is no such edition."""
    found = session.get(Edition, number)
    if found is None:
        raise ResourceNotFound(f"there is no edition {number}; see: newsletter editions list")
    return found


def lock(session: Session, number: int) -> Edition:
    """The edition, held against every other writer until the transaction ends."""
    return session.scalars(
        select(Edition).where(Edition.id == number).with_for_update(),
        execution_options={"populate_existing": True},
    ).one()


def state_of(session: Session, number: int) -> EditionState:
    """The state as it stands in the database now, whatever the session has seen."""
    return session.scalars(select(Edition.state).where(Edition.id == number)).one()


def newest(session: Session, limit: int) -> list[Edition]:
    return list(session.scalars(select(Edition).order_by(Edition.id.desc()).limit(limit)))


def periods(session: Session, digest: str) -> set[str]:
    """The periods of a digest that have an edition, in whatever state."""
    query = select(Edition.period).where(Edition.digest == digest)
    return {period for period in session.scalars(query) if period is not None}


def to_send(session: Session, now: datetime) -> list[Edition]:
    """The editions whose time has come, those under way first."""
    query = (
        select(Edition)
        .where(Edition.state.in_((EditionState.QUEUED, EditionState.SENDING)))
        .where(Edition.send_at <= now)
        .order_by(Edition.state.desc(), Edition.send_at, Edition.id)
    )
    return list(session.scalars(query))


def pausable(session: Session) -> list[int]:
    """The editions that are on their way or about to be."""
    states = (EditionState.QUEUED, EditionState.SENDING)
    return list(session.scalars(select(Edition.id).where(Edition.state.in_(states))))


def change_state(session: Session, number: int, act: Transition, *, note: str = "") -> EditionState:
    """Do an act, guarding against another process doing one at the same time.

    Raises:
        ResourceNotFound: no such edition.
        Conflict: its state does not allow the act.
    """
    before = session.scalar(select(Edition.state).where(Edition.id == number))
    if before is None:
        by_id(session, number)
        raise AssertionError
    after = next_state(number, before, act)
    changed = session.execute(
        update(Edition)
        .where(Edition.id == number, Edition.state == before)
        .values(state=after, note=note)
        .returning(Edition.id)
    ).first()
    if changed is None:
        raise Conflict(f"edition {number} was changed by somebody else meanwhile; look again")
    return after


def free_articles(session: Session, number: int) -> None:
    """Let the articles and corrections of an edition that mailed nobody be chosen again.

    But for an article by itself: who cancels that does not want it mailed.
    """
    session.execute(
        delete(EditionArticle)
        .where(EditionArticle.edition_id == number)
        .where(EditionArticle.digest != EACH_ARTICLE)
    )
    session.execute(delete(EditionCorrection).where(EditionCorrection.edition_id == number))


def same_bulletin_since(session: Session, content_hash: str, since: datetime) -> Edition | None:
    query = select(Edition).where(
        Edition.content_hash == content_hash,
        Edition.created_at >= since,
        Edition.state != EditionState.CANCELLED,
    )
    return session.scalars(query.order_by(Edition.id.desc())).first()


def candidates(
    session: Session, digest: str, options: DigestOptions, now: datetime
) -> tuple[list[Article], int]:
    """The newest articles a digest may take, as many as it holds, and how many there are in all."""
    conditions = _candidate(digest, options, now)
    newest = (
        select(Article)
        .where(*conditions)
        .order_by(Article.published_at.desc(), Article.id.desc())
        .limit(options.maximum_articles)
    )
    count = select(func.count()).select_from(Article).where(*conditions)
    return list(session.scalars(newest)), session.scalars(count).one()


def _candidate(digest: str, options: DigestOptions, now: datetime) -> list[ColumnElement[bool]]:
    taken = exists().where(EditionArticle.article_id == Article.id, EditionArticle.digest == digest)
    conditions = [Article.status == ArticleStatus.PUBLISHED, Article.published_at <= now, ~taken]
    if options.topics:
        conditions.append(Article.topics.any(Topic.slug.in_(options.topics)))
    if options.oldest:
        conditions.append(Article.published_at >= now - options.oldest)
    return conditions


def unmailed(session: Session, *, appeared_by: datetime, since: datetime) -> list[int]:
    """Published articles that have no edition of their own, by when they appeared here."""
    mailed = exists().where(
        EditionArticle.article_id == Article.id, EditionArticle.digest == EACH_ARTICLE
    )
    query = (
        select(Article.id)
        .where(Article.status == ArticleStatus.PUBLISHED, ~mailed)
        .where(Article.published_at <= appeared_by, Article.stored_at <= appeared_by)
        .where(Article.published_at > since)
        .order_by(Article.published_at, Article.id)
    )
    return list(session.scalars(query))


def add_articles(session: Session, edition: Edition, articles: Iterable[Article]) -> None:
    for position, article in enumerate(articles):
        session.add(
            EditionArticle(
                edition_id=edition.id,
                article_id=article.id,
                digest=edition.digest or "",
                position=position,
            )
        )
    session.flush()


def add_corrections(session: Session, edition: Edition, now: datetime) -> None:
    """Have an edition tell what was corrected since its digest told the article, oldest first."""
    digest = edition.digest or ""
    told = exists().where(
        EditionCorrection.article_id == Correction.article_id,
        EditionCorrection.number == Correction.number,
        EditionCorrection.digest == digest,
    )
    query = (
        select(Correction.article_id, Correction.number)
        .join(Article)
        .join(EditionArticle, EditionArticle.article_id == Correction.article_id)
        .join(Edition, Edition.id == EditionArticle.edition_id)
        .where(EditionArticle.digest == digest, Edition.created_at < Correction.at, ~told)
        .where(Article.status == ArticleStatus.PUBLISHED, Correction.at > now - OLD_CORRECTION)
        .order_by(Correction.at, Correction.article_id, Correction.number)
        .limit(MOST_CORRECTIONS)
    )
    for article_id, number in session.execute(query).all():
        session.add(
            EditionCorrection(
                edition_id=edition.id, article_id=article_id, number=number, digest=digest
            )
        )
    session.flush()


def amendments_of(session: Session, number: int) -> list[Amendment]:
    """The corrections in an edition, oldest first; without those of articles withdrawn since."""
    query = (
        select(Article, Correction)
        .join(Correction, Correction.article_id == Article.id)
        .join(
            EditionCorrection,
            and_(
                EditionCorrection.article_id == Correction.article_id,
                EditionCorrection.number == Correction.number,
            ),
        )
        .where(EditionCorrection.edition_id == number, Article.status == ArticleStatus.PUBLISHED)
        .order_by(Correction.at, Correction.article_id, Correction.number)
    )
    return [
        Amendment(article=article, number=note.number, at=note.at, note=note.note)
        for article, note in session.execute(query)
    ]


def articles_of(session: Session, number: int) -> list[Article]:
    """The articles of an edition in order; those withdrawn since it was composed left out."""
    query = (
        select(Article)
        .join(EditionArticle, EditionArticle.article_id == Article.id)
        .where(EditionArticle.edition_id == number, Article.status == ArticleStatus.PUBLISHED)
        .order_by(EditionArticle.position)
    )
    return list(session.scalars(query))


def sections_of(session: Session, edition: Edition) -> tuple[Section, ...]:
    """What each digest that goes out with an edition brings to it; none for a bulletin."""
    joined = select(Edition).where(Edition.joined_to == edition.id).order_by(Edition.id)
    editions = [edition, *session.scalars(joined)]
    found = [
        Section(
            digest=e.digest,
            title=e.title,
            articles=tuple(articles_of(session, e.id)),
            amendments=tuple(amendments_of(session, e.id)),
        )
        for e in editions
        if e.digest
    ]
    return tuple(section for section in found if section.articles)


def public(session: Session, *, limit: int, offset: int = 0) -> list[Edition]:
    """The editions for the public archive, newest first.

    Those for chosen topics or a segment are not in it, nor those of one article, which has a page
    of its own.
    """
    query = (
        select(Edition)
        .where(Edition.state.in_(PUBLIC), Edition.web_html != "", Edition.topics == "")
        .where(Edition.kind != EditionKind.ARTICLE, Edition.segment == "")
        .order_by(Edition.send_at.desc(), Edition.id.desc())
        .limit(limit)
        .offset(offset)
        .options(defer(Edition.web_html), defer(Edition.body_html))
    )
    return list(session.scalars(query))


def page_of(session: Session, number: int, key: str) -> Edition:
    """The edition whose page shows this one: itself, or the one it went out with.

    Args:
        key: of the link in its mails; one that is not public answers to no other.

    Raises:
        ResourceNotFound: there is none, nobody has been sent it yet, or the key is wrong.
    """
    asked = edition = by_id(session, number)
    if edition.joined_to is not None:
        edition = by_id(session, edition.joined_to)
    if not (asked.is_public and edition.is_public) and not _fits(key, edition):
        raise ResourceNotFound(f"edition {number} is read by the link in its mails")
    if edition.state not in PUBLIC or not edition.web_html:
        raise ResourceNotFound(f"edition {number} cannot be read online")
    return edition


def _fits(key: str, edition: Edition) -> bool:
    return bool(edition.view_key) and compare_digest(key.encode(), edition.view_key.encode())


def joined(session: Session, number: int) -> list[int]:
    """The editions whose stories go out with this one."""
    return list(session.scalars(select(Edition.id).where(Edition.joined_to == number)))


def variant(session: Session, variant_id: int) -> Variant:
    return session.get_one(Variant, variant_id)


def map_choice(session: Session, number: int, choice_id: int, variant_id: int) -> None:
    session.merge(VariantChoice(edition_id=number, choice_id=choice_id, variant_id=variant_id))


def find_known_since(session: Session, digest: str) -> datetime | None:
    """Since when this digest is known; None before it is registered."""
    state = session.get(DigestState, digest)
    return state.known_since if state else None


def register(session: Session, digest: str, now: datetime) -> bool:
    """Know a digest from now on; False where it is known already."""
    if session.get(DigestState, digest) is not None:
        return False
    session.add(DigestState(digest=digest, known_since=now))
    return True
