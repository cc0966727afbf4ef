"""A digest's coming edition as it is edited: its run, its stories, and what is left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.articles.models import Article
from newsletter.config.options import Config
from newsletter.editions import store
from newsletter.editions.coming import store as coming_store
from newsletter.editions.digests.composition import design_section, digest_options
from newsletter.editions.digests.schedule import next_runs
from newsletter.editions.digests.sections import NoEdition, choose_articles
from newsletter.editions.digests.upcoming import runs_of_mail
from newsletter.editions.models import Edition, EditionState

MAX_WAITING = 50


@dataclass(frozen=True, kw_only=True)
class ComingStory:
    """One article in a list of the coming edition."""

    article: int
    title: str
    """In this mail."""
    own_title: str
    """The article's."""
    topics: tuple[str, ...]
    published_at: datetime


@dataclass(frozen=True, kw_only=True)
class ComingView:
    """The coming edition of one digest."""

    digest: str
    name: str
    period: str
    """Empty where no run is to come."""
    at: datetime | None
    shares_mail_with: tuple[str, ...]
    """The display names of the digests in the same mail."""
    stories: Sequence[ComingStory]
    nothing: str
    """Why there is no edition; empty where there is one."""
    waiting: Sequence[ComingStory]
    """Candidates beyond the digest's maximum."""
    dropped: Sequence[ComingStory]
    """Left to the next edition."""
    excluded: Sequence[ComingStory]
    """Never taken by this digest."""
    corrections: Sequence[str]
    """The titles of articles that it corrects."""
    introduction: str
    is_held: bool


@dataclass(frozen=True, kw_only=True)
class ComingGlance:
    """The coming edition of one digest in a line."""

    stories: int
    nothing: str
    """Why there is no edition; empty where there is one."""
    is_held: bool


@dataclass(frozen=True, kw_only=True)
class CalendarRun:
    """One run of a digest in the calendar."""

    digest: str
    name: str
    period: str
    at: datetime
    edition: int | None
    """Composed ahead, or the record that it is left out."""
    state: EditionState | None
    """Of that edition."""


def coming_view(session: Session, config: Config, name: str, now: datetime) -> ComingView:
    """The coming edition of a digest.

    Raises:
        ResourceNotFound: no such digest.
    """
    options = digest_options(config, name)
    runs = runs_of_mail(session, config, name, now)
    own = next((run for run in runs if run.name == name), None)
    section, _ = design_section(session, config, name, now)
    coming = coming_store.find(session, name)
    arrangement = coming_store.arrangement_of(coming)
    first = store.first_candidates(session, name, options, now, arrangement)
    stories = () if isinstance(section, NoEdition) else section.articles
    taken = {article.id for article in stories}
    titles = arrangement.titles
    return ComingView(
        digest=name,
        name=options.name,
        period=own.period if own else "",
        at=own.at if own else None,
        shares_mail_with=tuple(config.digests[run.name].name for run in runs if run is not own),
        stories=[_story(article, titles.get(article.id, "")) for article in stories],
        nothing=section.reason if isinstance(section, NoEdition) else "",
        waiting=[_story(a) for a in first if a.id not in taken][:MAX_WAITING],
        dropped=[_story(a) for a in coming_store.articles(session, arrangement.dropped)],
        excluded=[_story(a) for a in coming_store.excluded(session, name)],
        corrections=()
        if isinstance(section, NoEdition)
        else tuple(amendment.article.title for amendment in section.amendments),
        introduction=arrangement.introduction,
        is_held=coming is not None and coming.is_held,
    )


def coming_glance(session: Session, config: Config, name: str, now: datetime) -> ComingGlance:
    """How many stories a digest's coming edition has; those that wait beyond are not counted.

    Raises:
        ResourceNotFound: no such digest.
    """
    options, coming = digest_options(config, name), coming_store.find(session, name)
    arrangement = coming_store.arrangement_of(coming)
    first = store.first_candidates(session, name, options, now, arrangement)
    choice = choose_articles(options, first, len(first))
    return ComingGlance(
        stories=0 if isinstance(choice, NoEdition) else len(choice.articles),
        nothing=choice.reason if isinstance(choice, NoEdition) else "",
        is_held=coming is not None and coming.is_held,
    )


def stories_of_draft(session: Session, number: int) -> Sequence[ComingStory]:
    """The stories of an edition that is composed, in order."""
    titles = store.titles_of(session, number)
    return [_story(a, titles.get(a.id, "")) for a in store.articles_of(session, number)]


def calendar(
    session: Session, config: Config, now: datetime, within: timedelta
) -> Sequence[CalendarRun]:
    """The coming runs of all digests, soonest first."""
    runs: list[CalendarRun] = []
    for name, options in config.digests.items():
        recorded = _recorded(session, name)
        for run in next_runs(options.schedule, config.zone_of(options), now, _count(within)):
            if run.at > now + within:
                break
            edition = recorded.get(run.period)
            runs.append(
                CalendarRun(
                    digest=name,
                    name=options.name,
                    period=run.period,
                    at=run.at,
                    edition=edition[0] if edition else None,
                    state=edition[1] if edition else None,
                )
            )
    return sorted(runs, key=lambda run: (run.at, run.digest))


def drafts_of(session: Session, digest: str) -> Sequence[Edition]:
    """The editions of a digest that are composed and have not begun to leave."""
    states = (EditionState.DRAFT, EditionState.QUEUED)
    query = select(Edition).where(Edition.digest == digest, Edition.state.in_(states))
    return list(session.scalars(query.order_by(Edition.send_at, Edition.id)))


def _count(within: timedelta) -> int:
    # At most one run an hour is worth a line.
    return max(within // timedelta(hours=1), 1)


def _recorded(session: Session, digest: str) -> dict[str | None, tuple[int, EditionState]]:
    query = select(Edition.period, Edition.id, Edition.state).where(Edition.digest == digest)
    latest = query.order_by(Edition.id.desc()).limit(500)
    return {period: (number, state) for period, number, state in session.execute(latest)}


def _story(article: Article, title: str = "") -> ComingStory:
    return ComingStory(
        article=article.id,
        title=title or article.title,
        own_title=article.title,
        topics=tuple(topic.name for topic in article.topics),
        published_at=article.published_at,
    )
