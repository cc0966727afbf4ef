"""Every query on editions. Never commits."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from hmac import compare_digest

from sqlalchemy import ColumnElement, and_, delete, exists, func, select, update
from sqlalchemy.orm import Session, defer

from newsletter.articles.models import Article, ArticleStatus, Correction, Topic
from newsletter.config.options import DigestOptions
from newsletter.editions.coming.arrangement import Arrangement, in_order
from newsletter.editions.coming.models import ArticleExclusion
from newsletter.editions.digests.sections import Amendment, Section
from newsletter.editions.lifecycle import Transition, next_state
from newsletter.editions.models import (
    EACH_ARTICLE,
    Edition,
    EditionArticle,
    EditionCorrection,
    EditionKind,
    EditionState,
    Variant,
    VariantChoice,
)
from newsletter.errors import Conflict, ResourceNotFound

# Older corrections are only on the site and in feeds.
OLD_CORRECTION = timedelta(days=90)
MAX_CORRECTIONS = 10
UNDER_WAY = frozenset(
    {EditionState.QUEUED, EditionState.SENDING, EditionState.PAUSED, EditionState.STOPPED}
)
# For lists: the texts of an edition are many times as long as all else.
WITHOUT_TEXTS = (defer(Edition.web_html), defer(Edition.body_html))
# States in which the page of an edition is public: it has been sent to somebody.
PUBLIC = frozenset({EditionState.SENDING, EditionState.SENT, EditionState.PAUSED})


def by_id(session: Session, number: int) -> Edition:
    """Raises ResourceNotFound where there is no such edition."""
    edition = session.get(Edition, number)
    if edition is None:
        raise ResourceNotFound(f"there is no edition {number}; see: newsletter editions list")
    return edition


def lock(session: Session, number: int) -> Edition:
    """The edition, locked against other writers until the transaction ends."""
    return session.scalars(
        select(Edition).where(Edition.id == number).with_for_update(),
        execution_options={"populate_existing": True},
    ).one()


def state_of(session: Session, number: int) -> EditionState:
    """The current state in the database, bypassing the session's cache."""
    return session.scalars(select(Edition.state).where(Edition.id == number)).one()


def newest(session: Session, limit: int) -> list[Edition]:
    return list(session.scalars(select(Edition).order_by(Edition.id.desc()).limit(limit)))


def last_number(session: Session) -> int:
    """The number of the newest edition; 0 where there is none."""
    return session.scalar(select(func.max(Edition.id))) or 0


def periods(session: Session, digest: str) -> set[str]:
    """The periods of a digest that have an edition in any state."""
    query = select(Edition.period).where(Edition.digest == digest)
    return {period for period in session.scalars(query) if period is not None}


def skipped_run(session: Session, digest: str, period: str) -> Edition:
    """The record of a run that a person left out; raises ResourceNotFound without."""
    edition = of_period(session, digest, period)
    if edition is None or edition.state is not EditionState.SKIPPED:
        raise ResourceNotFound(f"the run {period} of {digest} is not left out")
    return edition


def of_period(session: Session, digest: str, period: str) -> Edition | None:
    """The edition of a digest's run, in any state."""
    query = select(Edition).where(Edition.digest == digest, Edition.period == period)
    return session.scalars(query).first()


def to_send(session: Session, now: datetime) -> list[Edition]:
    """The editions that are due, those in progress first."""
    query = (
        select(Edition)
        .where(Edition.state.in_((EditionState.QUEUED, EditionState.SENDING)))
        .where(Edition.send_at <= now)
        .order_by(Edition.state.desc(), Edition.send_at, Edition.id)
    )
    return list(session.scalars(query))


def pausable(session: Session) -> list[int]:
    """The editions being sent or queued."""
    states = (EditionState.QUEUED, EditionState.SENDING)
    query = select(Edition.id).where(Edition.state.in_(states))
    return list(session.scalars(query.order_by(Edition.id)))


def leaving_by(session: Session, transports: Collection[str]) -> list[int]:
    """The editions that are not done yet, and leave by one of these transports or routes."""
    states = UNDER_WAY | {EditionState.DRAFT}
    query = select(Edition.id).where(Edition.state.in_(states), Edition.transport.in_(transports))
    return list(session.scalars(query.order_by(Edition.id)))


def change_state(session: Session, number: int, act: Transition, *, note: str = "") -> EditionState:
    """Make a transition, guarded against a concurrent one.

    Raises:
        ResourceNotFound: no such edition.
        Conflict: not allowed in its state.
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
    """Release the articles and corrections of an edition that mailed nobody, for later editions.

    Except a single-article edition: whoever cancels it does not want it mailed.
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
    session: Session,
    digest: str,
    options: DigestOptions,
    now: datetime,
    arrangement: Arrangement | None = None,
) -> tuple[list[Article], int]:
    """As `first_candidates`, and the number of all, which reads every article that is not told."""
    chosen = arrangement or Arrangement()
    conditions = [*_candidate(digest, options, now), Article.id.not_in(chosen.dropped)]
    count = select(func.count()).select_from(Article).where(*conditions)
    first = first_candidates(session, digest, options, now, chosen)
    return first, session.scalars(count).one()


def first_candidates(
    session: Session, digest: str, options: DigestOptions, now: datetime, arrangement: Arrangement
) -> list[Article]:
    """The first candidates of a digest: enough for its minimum and its maximum, if there are.

    Args:
        arrangement: which come first, and which are dropped; the others follow, newest first.
    """
    conditions = [*_candidate(digest, options, now), Article.id.not_in(arrangement.dropped)]
    newest = (
        select(Article)
        .where(*conditions)
        .order_by(Article.published_at.desc(), Article.id.desc())
        .limit(max(options.maximum_articles, options.minimum_articles))
    )
    articles = list(session.scalars(newest))
    newest_ids = {article.id for article in articles}
    older = [number for number in arrangement.order if number not in newest_ids]
    if older:
        articles += session.scalars(select(Article).where(*conditions, Article.id.in_(older)))
    return in_order(arrangement.order, articles)


def _candidate(digest: str, options: DigestOptions, now: datetime) -> list[ColumnElement[bool]]:
    taken = exists().where(EditionArticle.article_id == Article.id, EditionArticle.digest == digest)
    excluded = exists().where(
        ArticleExclusion.article_id == Article.id, ArticleExclusion.digest == digest
    )
    conditions = [
        Article.status == ArticleStatus.PUBLISHED,
        Article.published_at <= now,
        ~taken,
        ~excluded,
    ]
    if options.topics:
        conditions.append(Article.topics.any(Topic.slug.in_(options.topics)))
    if options.oldest:
        conditions.append(Article.published_at >= now - options.oldest)
    return conditions


def unmailed(session: Session, *, appeared_by: datetime, since: datetime) -> list[int]:
    """Published articles without a single-article edition, by time of appearance."""
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


def add_articles(
    session: Session,
    edition: Edition,
    articles: Iterable[Article],
    titles: Mapping[int, str] | None = None,
) -> None:
    """Add articles to an edition, in this order.

    Args:
        titles: those that differ from the articles' own, by the articles' numbers.
    """
    for position, article in enumerate(articles):
        session.add(
            EditionArticle(
                edition_id=edition.id,
                article_id=article.id,
                digest=edition.digest or "",
                position=position,
                title=(titles or {}).get(article.id, ""),
            )
        )
    session.flush()


def unannounced_corrections(session: Session, digest: str, now: datetime) -> list[Amendment]:
    """The corrections made since the digest included the article, oldest first."""
    is_mailed = exists().where(
        EditionCorrection.article_id == Correction.article_id,
        EditionCorrection.number == Correction.number,
        EditionCorrection.digest == digest,
    )
    query = (
        select(Article, Correction)
        .join(Correction, Correction.article_id == Article.id)
        .join(EditionArticle, EditionArticle.article_id == Correction.article_id)
        .join(Edition, Edition.id == EditionArticle.edition_id)
        .where(EditionArticle.digest == digest, Edition.created_at < Correction.at, ~is_mailed)
        .where(Article.status == ArticleStatus.PUBLISHED, Correction.at > now - OLD_CORRECTION)
        .order_by(Correction.at, Correction.article_id, Correction.number)
        .limit(MAX_CORRECTIONS)
    )
    return [_amendment(article, note) for article, note in session.execute(query)]


def add_corrections(session: Session, edition: Edition, told: Iterable[Amendment]) -> None:
    """Add corrections to an edition."""
    for amendment in told:
        session.add(
            EditionCorrection(
                edition_id=edition.id,
                article_id=amendment.article.id,
                number=amendment.number,
                digest=edition.digest or "",
            )
        )
    session.flush()


def _amendment(article: Article, note: Correction) -> Amendment:
    return Amendment(article=article, number=note.number, at=note.at, note=note.note)


def amendments_of(session: Session, number: int) -> list[Amendment]:
    """The corrections in an edition, oldest first; without those of withdrawn articles."""
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
    return [_amendment(article, note) for article, note in session.execute(query)]


def articles_of(session: Session, number: int) -> list[Article]:
    """The articles of an edition in order, without withdrawn ones."""
    query = (
        select(Article)
        .join(EditionArticle, EditionArticle.article_id == Article.id)
        .where(EditionArticle.edition_id == number, Article.status == ArticleStatus.PUBLISHED)
        .order_by(EditionArticle.position)
    )
    return list(session.scalars(query))


def titles_of(session: Session, number: int) -> dict[int, str]:
    """The titles of an edition that differ from its articles' own."""
    query = select(EditionArticle.article_id, EditionArticle.title)
    mine = query.where(EditionArticle.edition_id == number, EditionArticle.title != "")
    return dict(session.execute(mine).all())


def sections_of(session: Session, edition: Edition) -> tuple[Section, ...]:
    """The sections of an edition, one a digest; none for a bulletin."""
    joined = select(Edition).where(Edition.joined_to == edition.id).order_by(Edition.id)
    editions = [edition, *session.scalars(joined)]
    sections = [
        Section(
            digest=e.digest,
            title=e.title,
            articles=tuple(articles_of(session, e.id)),
            amendments=tuple(amendments_of(session, e.id)),
            titles=titles_of(session, e.id),
            introduction=e.introduction,
        )
        for e in editions
        if e.digest
    ]
    return tuple(section for section in sections if section.articles)


def public(session: Session, *, limit: int, offset: int = 0) -> list[Edition]:
    """The editions in the public archive, newest first.

    Without those for chosen topics or a segment, and without single-article editions.
    """
    query = (
        select(Edition)
        .where(Edition.state.in_(PUBLIC), Edition.web_html != "", Edition.topics == "")
        .where(Edition.kind != EditionKind.ARTICLE, Edition.segment == "")
        .order_by(Edition.send_at.desc(), Edition.id.desc())
        .limit(limit)
        .offset(offset)
        .options(*WITHOUT_TEXTS)
    )
    return list(session.scalars(query))


def page_of(session: Session, number: int, key: str) -> Edition:
    """The edition whose page shows this one: itself, or the one that it is joined to.

    Args:
        key: from the link in its mails; required unless the page is public.

    Raises:
        ResourceNotFound: there is none, it is not sent yet, or the key is wrong.
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
    """The editions joined to this one."""
    return list(session.scalars(select(Edition.id).where(Edition.joined_to == number)))


def variant(session: Session, variant_id: int) -> Variant:
    return session.get_one(Variant, variant_id)


def map_choice(session: Session, number: int, choice_id: int, variant_id: int) -> None:
    session.merge(VariantChoice(edition_id=number, choice_id=choice_id, variant_id=variant_id))
