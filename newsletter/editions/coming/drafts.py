"""Changes of a digest's edition that is composed and waits for approval."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from newsletter.config.options import DigestOptions
from newsletter.editions import store
from newsletter.editions.coming import store as coming_store
from newsletter.editions.coming.arrangement import Arrangement, ArrangementEdit, edited
from newsletter.editions.models import Edition, EditionArticle, EditionState
from newsletter.errors import Conflict, InvalidInput


def lock_draft(session: Session, number: int) -> tuple[Edition, Edition]:
    """An edition and the one that carries it in its mail, locked.

    Raises:
        ResourceNotFound: there is no such edition.
        Conflict: it is no digest's, or does not wait for approval.
    """
    asked_for = store.by_id(session, number)
    combined = store.lock(session, asked_for.joined_to or number)
    edition = combined if asked_for.joined_to is None else store.lock(session, number)
    if not edition.digest or combined.state is not EditionState.DRAFT:
        raise Conflict(
            f"edition {number} is {combined.state.value}; only a digest's that waits for approval "
            "can be edited"
        )
    return edition, combined


def edit_draft(
    session: Session, edition: Edition, options: DigestOptions, edit: ArrangementEdit, now: datetime
) -> None:
    """Change an edition's stories and words; the caller holds its lock and sets the subject anew.

    What is dropped is free for the next edition, unless for good.

    Raises:
        InvalidInput: a story is not there or may not be taken, or none would be left.
    """
    digest = edition.digest or ""
    shown = [article.id for article in store.articles_of(session, edition.id)]
    before = Arrangement(
        order=tuple(shown),
        titles=store.titles_of(session, edition.id),
        introduction=edition.introduction,
    )
    if edit.restore is not None:
        coming_store.include(session, digest, edit.restore)
        _check_free(session, digest, options, edit.restore, now)
    after = edited(before, shown, edit)
    if not after.order:
        raise InvalidInput(
            f"this is the last story of edition {edition.id}; cancel the edition instead"
        )
    if edit.drop_for_good is not None:
        coming_store.exclude(session, digest, edit.drop_for_good, now)
    edition.introduction = after.introduction
    session.execute(delete(EditionArticle).where(EditionArticle.edition_id == edition.id))
    articles = {article.id: article for article in coming_store.articles(session, after.order)}
    ordered = [articles[number] for number in after.order if number in articles]
    store.add_articles(session, edition, ordered, after.titles)


def _check_free(
    session: Session, digest: str, options: DigestOptions, number: int, now: datetime
) -> None:
    free = store.first_candidates(session, digest, options, now, Arrangement(order=(number,)))
    if number not in {article.id for article in free}:
        raise InvalidInput(
            f"article {number} cannot be taken: it is in another edition, is not published, or has "
            "none of the digest's topics"
        )
