"""Several people write in one article: they are told of each other, and no words are lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from newsletter.actions import articles
from newsletter.app import Newsletter
from newsletter.articles import store as article_store
from newsletter.articles.editing import ArticleEdit
from newsletter.articles.models import Article, ArticleStatus
from newsletter.articles.writing import store
from newsletter.articles.writing.content import ArticleContent
from newsletter.articles.writing.saving import PRESENT, StaleVersion
from newsletter.clock import FixedClock
from newsletter.errors import InvalidInput
from newsletter.staff.actors import staff_member
from newsletter.staff.permissions import Role

ANN, BEN = (staff_member(number, Role.EDITOR) for number in (1, 2))
WORDS = ArticleContent(
    title="Quay wall mended", body_html="<p>It holds.</p>", topics=("Harbour",), author="Ann Moor"
)
PUBLISH = ArticleEdit(status=ArticleStatus.PUBLISHED)


def stored(app: Newsletter, number: int) -> Article:
    with app.database.read() as session:
        return article_store.get(session, number)


def content(app: Newsletter, number: int) -> ArticleContent:
    return ArticleContent.of(stored(app, number))


def kept_by(app: Newsletter, number: int, author: str) -> ArticleContent | None:
    with app.database.read() as session:
        found = store.draft(session, number, author)
        if found is None or found.content is None:
            return None
        return ArticleContent.from_json(found.content)


def begun(app: Newsletter, words: ArticleContent = WORDS) -> tuple[int, str]:
    """A new article of Ann: its number and version."""
    kept = articles.keep(app, ANN, None, words)
    return kept.article_id, kept.version


def test_a_new_article_is_a_draft_with_what_was_written(app: Newsletter) -> None:
    number, _ = begun(app)
    assert stored(app, number).status is ArticleStatus.DRAFT
    assert content(app, number) == WORDS


def test_a_new_article_needs_neither_title_nor_text(app: Newsletter) -> None:
    number, _ = begun(app, ArticleContent())
    assert stored(app, number).title == "Untitled"


def test_words_for_a_draft_go_into_it(app: Newsletter) -> None:
    number, version = begun(app)
    kept = articles.keep(app, ANN, number, replace(WORDS, title="Quay wall"), version)
    assert kept.is_saved
    assert content(app, number).title == "Quay wall"


def test_words_for_a_published_article_are_kept_beside_it(app: Newsletter) -> None:
    before = content(app, 1)
    articles.keep(app, ANN, 1, replace(before, title="New homes"), before.version)
    assert content(app, 1) == before
    assert kept_by(app, 1, "staff:1") == replace(before, title="New homes")


def test_words_for_a_draft_that_another_changed_are_kept_beside_it(app: Newsletter) -> None:
    number, version = begun(app)
    articles.keep(app, BEN, number, replace(WORDS, title="Ben's title"), version)
    kept = articles.keep(app, ANN, number, replace(WORDS, title="Ann's title"), version)
    assert kept.is_stale
    assert content(app, number).title == "Ben's title"
    assert kept_by(app, number, "staff:1") == replace(WORDS, title="Ann's title")


def test_saving_over_anothers_change_is_refused(app: Newsletter) -> None:
    base = content(app, 1)
    articles.save(app, ANN, 1, replace(base, title="Ann's title"), base.version)
    with pytest.raises(StaleVersion, match="changed by staff:1"):
        articles.save(app, BEN, 1, replace(base, title="Ben's title"), base.version)


def test_saving_on_the_newest_version_keeps_the_other_in_the_history(app: Newsletter) -> None:
    base = content(app, 1)
    articles.save(app, ANN, 1, replace(base, title="Ann's title"), base.version)
    articles.save(app, BEN, 1, replace(base, title="Ben's title"), content(app, 1).version)
    with app.database.read() as session:
        titles = [one.content["title"] for one in store.revisions(session, 1)]
    assert titles == ["Ben's title", "Ann's title", "Homes"]


def test_saving_what_is_stored_already_is_no_conflict(app: Newsletter) -> None:
    base = content(app, 1)
    changed = replace(base, title="The same title")
    articles.save(app, ANN, 1, changed, base.version)
    assert not articles.save(app, BEN, 1, changed, base.version).is_changed


def test_saving_ends_ones_kept_words(app: Newsletter) -> None:
    base = content(app, 1)
    changed = replace(base, title="New homes")
    articles.keep(app, ANN, 1, changed, base.version)
    articles.save(app, ANN, 1, changed, base.version)
    assert kept_by(app, 1, "staff:1") is None


def test_discarding_leaves_the_words_of_others(app: Newsletter) -> None:
    base = content(app, 1)
    for who in (ANN, BEN):
        articles.keep(app, who, 1, replace(base, title=f"Of {who}"), base.version)
    articles.discard(app, ANN, 1)
    assert kept_by(app, 1, "staff:1") is None
    assert kept_by(app, 1, "staff:2") is not None


def test_two_people_in_one_article_are_told_of_each_other(app: Newsletter) -> None:
    version = content(app, 1).version
    articles.keep(app, ANN, 1, None, version)
    kept = articles.keep(app, BEN, 1, None, version)
    assert [(other.author, other.is_here) for other in kept.others] == [("staff:1", True)]


def test_an_editor_who_has_closed_the_article_is_not_named(
    app: Newsletter, clock: FixedClock
) -> None:
    version = content(app, 1).version
    articles.keep(app, ANN, 1, None, version)
    clock.at += PRESENT
    assert not articles.keep(app, BEN, 1, None, version).others


def test_unsaved_words_are_told_of_however_old(app: Newsletter, clock: FixedClock) -> None:
    base = content(app, 1)
    articles.keep(app, ANN, 1, replace(base, title="New"), base.version)
    clock.at += timedelta(days=9)
    [other] = articles.keep(app, BEN, 1, None, base.version).others
    assert (other.is_here, other.kept_at) == (False, clock.at - timedelta(days=9))


def test_an_unchanged_body_stays_the_same_to_the_byte(app: Newsletter) -> None:
    odd = "<p>a</p>\n\n<P>left as it is</P>"
    with app.database.write() as session:
        article_store.get(session, 1).body_html = odd
    base = content(app, 1)
    articles.save(app, ANN, 1, replace(base, title="Another title"), base.version)
    assert stored(app, 1).body_html == odd


def test_a_draft_is_published_at_once_under_its_title(app: Newsletter, clock: FixedClock) -> None:
    number, version = begun(app)
    change = replace(PUBLISH, published_at=clock.at)
    articles.save(app, ANN, number, WORDS, version, change)
    found = stored(app, number)
    assert (found.status, found.slug) == (ArticleStatus.PUBLISHED, "quay-wall-mended")


def test_a_draft_published_by_command_has_the_address_of_its_title(app: Newsletter) -> None:
    number, _ = begun(app)
    articles.edit(app, ANN, number, PUBLISH)
    assert stored(app, number).slug == "quay-wall-mended"


def test_an_article_scheduled_appears_at_its_time(app: Newsletter, clock: FixedClock) -> None:
    number, version = begun(app)
    at = clock.at + timedelta(hours=9)
    done = articles.save(app, ANN, number, WORDS, version, replace(PUBLISH, published_at=at))
    assert done.appears_at == at


def test_the_address_of_a_published_article_stays_when_its_title_changes(app: Newsletter) -> None:
    number, version = begun(app)
    articles.save(app, ANN, number, WORDS, version, PUBLISH)
    now = content(app, number)
    articles.save(app, ANN, number, replace(now, title="Quay wall holds"), now.version, PUBLISH)
    assert stored(app, number).slug == "quay-wall-mended"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (replace(WORDS, title=" "), "there is no title"),
        (replace(WORDS, body_html="<p></p>"), "there is no text"),
        (
            replace(WORDS, body_html=f'<p>a<img src="/media/{"0" * 32}.jpg"></p>'),
            "a picture has no description",
        ),
    ],
    ids=["title", "text", "alt"],
)
def test_an_unfinished_article_is_not_published(
    app: Newsletter, words: ArticleContent, reason: str
) -> None:
    number, version = begun(app)
    with pytest.raises(InvalidInput, match=reason):
        articles.save(app, ANN, number, words, version, PUBLISH)


def test_a_picture_that_only_decorates_may_be_published(app: Newsletter) -> None:
    number, version = begun(app)
    body = f'<p>a<img src="/media/{"0" * 32}.jpg" alt=""></p>'
    done = articles.save(app, ANN, number, replace(WORDS, body_html=body), version, PUBLISH)
    assert done.is_changed
