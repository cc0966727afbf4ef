"""The screens of articles: list, saving, conflicts, history, import."""

import json
import re
from dataclasses import replace
from html import unescape

import httpx
import pytest
from console_support import Client, Console
from pictures import gradient, saved
from support import add_article

from newsletter.actions import articles, digests
from newsletter.articles import store
from newsletter.articles.models import Article, ArticleStatus
from newsletter.articles.writing.content import ArticleContent
from newsletter.staff.actors import operator
from newsletter.staff.permissions import Role

JPEG = saved(gradient(80, 60), "JPEG")
MARKDOWN = b"---\ntitle: Quay\ndate: 2026-11-01\n---\nThe ![wall](wall.jpg) holds.\n"


@pytest.fixture
def ann(console: Console) -> Client:
    with console.app.database.write() as session:
        now = console.app.clock.now()
        add_article(session, "Homes agreed", now, topics=["housing"], author="Ann Moor")
        add_article(session, "Late bus", now, status=ArticleStatus.DRAFT)
    return console.as_role(Role.EDITOR)


@pytest.fixture
def ben(console: Console, ann: Client) -> Client:
    return console.as_role(Role.EDITOR)


def article(console: Console, number: int) -> Article:
    with console.app.database.read() as session:
        return store.get(session, number)


def version(console: Console, number: int) -> str:
    return ArticleContent.of(article(console, number)).version


def written(console: Console, number: int = 1, **values: str) -> dict[str, str]:
    """The form of an article with something else in it."""
    content = ArticleContent.of(article(console, number))
    fields = {
        "title": content.title,
        "summary": content.summary,
        "author": content.author,
        "topics": content.topics[0] if content.topics else "",
        "body_html": content.body_html,
        "base": content.version,
    }
    return {**fields, **values}


def shown_words(page: httpx.Response) -> str:
    return " ".join(re.sub("<[^>]*>", " ", page.text).split())


def test_articles_are_found_by_their_words(ann: Client) -> None:
    page = ann.get("/articles?q=homes")
    assert "Homes agreed" in page.text
    assert "Late bus" not in page.text


@pytest.mark.parametrize("query", ["status=draft", "told=yes", "topic=transport"])
def test_articles_are_filtered(ann: Client, query: str) -> None:
    assert "Homes agreed" not in ann.get(f"/articles?{query}").text


def test_the_list_says_which_digest_told_an_article(console: Console, ann: Client) -> None:
    digests.compose(console.app, operator("setup"), "friday")
    assert "The Friday digest" in ann.get("/articles?told=yes").text


def test_every_article_is_reached_page_by_page(console: Console, ann: Client) -> None:
    with console.app.database.write() as session:
        for number in range(60):
            add_article(session, f"Story {number}", console.app.clock.now())
    first = ann.get("/articles").text
    after = re.search(r'href="/console(/articles\?after=[^"]+)" rel="next"', first)
    assert after
    titles = set(re.findall(r">(Story \d+)<", first + ann.get(after[1]).text))
    assert len(titles) == 60


def test_the_list_is_a_csv_file(ann: Client) -> None:
    rows = ann.get("/articles?format=csv").text.splitlines()
    assert rows[0] == "Title,Status,Date,Topics,Author,Sent in"
    assert len(rows) == 3


def test_an_article_is_written_without_a_script(console: Console, ann: Client) -> None:
    fields = {"title": "Quay wall", "text": "It *holds*.", "more_topics": "Harbour", "when": "now"}
    assert ann.send("/articles/new", fields).status_code == 303
    found = article(console, 3)
    assert (found.slug, found.status) == ("quay-wall", ArticleStatus.PUBLISHED)
    assert found.body_html == "<p>It <em>holds</em>.</p>"
    assert [topic.name for topic in found.topics] == ["Harbour"]


def test_an_untouched_markdown_text_leaves_the_body_as_it_is(console: Console, ann: Client) -> None:
    odd = "<p>a</p>\n\n<figure>b</figure>"
    with console.app.database.write() as session:
        store.get(session, 1).body_html = odd
    page = ann.get("/articles/1").text
    text = re.search(r"<textarea id=\"field-text\"[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert text
    fields = written(console, title="Another")
    del fields["body_html"]
    ann.send("/articles/1", {**fields, "text": text[1].replace("\n", "\r\n")})
    found = article(console, 1)
    assert (found.title, found.body_html) == ("Another", odd)


def test_the_input_is_shown_again_beside_the_error(ann: Client) -> None:
    page = ann.send("/articles/new", {"title": "Quay", "body_html": "<p>It…</p>", "when": "at"})
    assert page.status_code == 400
    assert "Write the day and the time" in page.text
    settings = re.search(r'id="article-settings">(.*?)</script>', page.text)
    assert settings
    assert json.loads(settings[1])["body"] == "<p>It…</p>"


def test_a_title_that_is_too_long_is_said_so_and_not_cut(ann: Client) -> None:
    page = ann.send("/articles/new", {"title": "Quay " * 200, "text": "Words."})
    assert "The title has 999 characters" in page.text


def test_an_article_without_title_is_not_published(ann: Client) -> None:
    page = ann.send("/articles/new", {"text": "Words.", "when": "now"})
    assert "There is no title; write one" in page.text


def test_a_change_by_another_is_compared_before_it_is_overwritten(
    console: Console, ann: Client, ben: Client
) -> None:
    of_ben = written(console, title="Homes, says Ben")
    ann.send("/articles/1", written(console, title="Homes, says Ann"))
    answer = ben.send("/articles/1", of_ben)
    assert answer.headers["location"] == "/console/articles/1/compare"
    assert "Editor 1 changed the article last" in shown_words(ben.get("/articles/1/compare"))
    assert article(console, 1).title == "Homes, says Ann"
    ben.send("/articles/1/mine", {"base": version(console, 1)})
    assert article(console, 1).title == "Homes, says Ben"
    assert "Homes, says Ann" in ben.get("/articles/1/history").text


def test_a_third_change_after_the_comparison_is_not_overwritten(
    console: Console, ann: Client, ben: Client
) -> None:
    of_ben, seen = written(console, title="Of Ben"), written(console, title="Of Ann")
    ann.send("/articles/1", seen)
    ben.send("/articles/1", of_ben)
    compared = version(console, 1)
    ann.send("/articles/1", written(console, title="Of Ann, again"))
    assert ben.send("/articles/1/mine", {"base": compared}).status_code == 409
    assert article(console, 1).title == "Of Ann, again"


def compared(console: Console, ann: Client, ben: Client) -> dict[str, str]:
    """Both changed title and text, Ann first; the form that joins them, with nothing chosen."""
    of_ben = written(console, title="Of Ben", body_html="<p>Ben's.</p>")
    ann.send("/articles/1", written(console, title="Of Ann", body_html="<p>Ann's.</p>"))
    ben.send("/articles/1", of_ben)
    return {"base": version(console, 1)}


def test_conflicting_edits_are_merged_as_chosen(console: Console, ann: Client, ben: Client) -> None:
    form = compared(console, ann, ben)
    ben.send("/articles/1/merge", {**form, "title": "article", "block-0": "own"})
    editor = ben.get("/articles/1").text
    assert ">Of Ann</textarea>" in editor
    assert "Ben's." in unescape(editor)
    assert article(console, 1).body_html == "<p>Ann's.</p>"


def test_the_joined_words_can_be_saved(console: Console, ann: Client, ben: Client) -> None:
    form = compared(console, ann, ben)
    ben.send("/articles/1/merge", {**form, "title": "article"})
    joined = written(console, body_html="<p>Ben's.</p>")
    assert ben.send("/articles/1", joined).headers["location"] == "/console/articles"


def test_a_one_sided_change_of_a_colleague_is_preselected(
    console: Console, ann: Client, ben: Client
) -> None:
    of_ben = written(console, summary="Says Ben.")
    ann.send("/articles/1", written(console, title="Of Ann"))
    ben.send("/articles/1", of_ben)
    page = ben.get("/articles/1/compare").text
    assert re.search(r'id="title-article"[^>]* checked', page)
    assert re.search(r'id="summary-own"[^>]* checked', page)


def test_a_change_while_choosing_asks_to_choose_again(
    console: Console, ann: Client, ben: Client
) -> None:
    form = compared(console, ann, ben)
    ann.send("/articles/1", written(console, title="Of Ann, again"))
    answer = ben.send("/articles/1/merge", {**form, "title": "article"})
    assert answer.status_code == 409
    assert "Of Ann, again" in answer.text


def test_the_editor_is_told_who_else_writes(console: Console, ann: Client, ben: Client) -> None:
    kept = {**written(console, title="Of Ann"), "number": "1", "has_words": "yes"}
    ann.send("/articles/keep", kept)
    told = ben.send("/articles/keep", {"number": "1", "base": version(console, 1)}).json()
    assert "Editor 1 is in this article too" in told["notice"]
    page = ben.get("/articles/1/compare?of=staff:1")
    assert "Homes agreed Of Ann" in shown_words(page)


def test_the_words_of_another_are_taken_over_as_a_copy(
    console: Console, ann: Client, ben: Client
) -> None:
    kept = {**written(console, title="Of Ann"), "number": "1", "has_words": "yes"}
    ann.send("/articles/keep", kept)
    ben.send("/articles/1/take", {"of": "staff:1"})
    for client in (ann, ben):
        assert ">Of Ann</textarea>" in client.get("/articles/1").text


def test_ones_own_unsaved_words_are_shown_until_they_are_given_up(
    console: Console, ann: Client
) -> None:
    kept = {**written(console, title="Half a"), "number": "1", "has_words": "yes"}
    assert ann.send("/articles/keep", kept).json()["is_saved"] is False
    assert ">Half a</textarea>" in ann.get("/articles/1").text
    assert "Unsaved words of 1 person" in ann.get("/articles").text
    ann.send("/articles/1/discard")
    assert ">Homes agreed</textarea>" in ann.get("/articles/1").text


def test_the_editor_is_answered_in_json_where_it_cannot_be_kept(ann: Client) -> None:
    answer = ann.send("/articles/keep", {"number": "99", "has_words": "yes"})
    assert (answer.status_code, answer.json()["message"][:23]) == (404, "There is no article '99")


def test_an_article_goes_back_to_an_earlier_revision(console: Console, ann: Client) -> None:
    ann.send("/articles/1", written(console, title="Homes refused"))
    ann.send("/articles/1/restore", {"revision": "1"})
    assert article(console, 1).title == "Homes agreed"


def test_withdrawing_is_undone_by_a_press(console: Console, ann: Client) -> None:
    ann.send("/articles/1/withdraw")
    assert 'action="/console/articles/1/publish"' in ann.get("/articles").text
    ann.send("/articles/1/publish")
    assert article(console, 1).status is ArticleStatus.PUBLISHED


def test_a_scheduled_article_becomes_a_draft_again_by_a_press(
    console: Console, ann: Client
) -> None:
    ann.send("/articles/2", written(console, 2, when="morning"))
    assert article(console, 2).status is ArticleStatus.SCHEDULED
    ann.send("/articles/2/draft")
    assert article(console, 2).status is ArticleStatus.DRAFT


def test_a_correction_is_published(console: Console, ann: Client) -> None:
    ann.send("/articles/1/correct", {"note": "It was Tuesday."})
    with console.app.database.read() as session:
        [found] = store.corrections(session, [1])
    assert found.note == "It was Tuesday."


def test_files_are_brought_in_with_the_pictures_beside_them(console: Console, ann: Client) -> None:
    files = [("files", ("quay.md", MARKDOWN)), ("files", ("wall.jpg", JPEG))]
    page = ann.send("/articles/import", {"topic": "Harbour"}, files=files)
    assert "1 new" in shown_words(page)
    found = article(console, 3)
    assert '<img src="/media/' in found.body_html
    assert [topic.name for topic in found.topics] == ["Harbour"]


def test_a_file_that_cannot_be_read_is_named_with_the_reason(ann: Client) -> None:
    page = ann.send("/articles/import", files=[("files", ("bad.docx", b"PK\x03\x04"))])
    assert "bad.docx It is not a document of Word" in shown_words(page)


def test_a_file_cannot_be_written_outside_of_its_folder(ann: Client) -> None:
    files = [("files", ("../../quay.md", MARKDOWN))]
    assert "1 new" in shown_words(ann.send("/articles/import", files=files))


def test_an_owner_follows_a_feed(console: Console) -> None:
    owner = console.as_role(Role.OWNER)
    done = owner.send("/articles/follow", {"url": "https://blog.wexcombe.example/feed.xml"})
    assert done.status_code == 303


def test_kept_words_of_a_draft_are_in_the_list_at_once(console: Console, ann: Client) -> None:
    kept = articles.keep(
        console.app, operator("setup"), None, replace(ArticleContent(), title="Begun")
    )
    fields = {"number": str(kept.article_id), "base": kept.version, "has_words": "yes"}
    ann.send("/articles/keep", {**fields, "title": "Begun well"})
    assert "Begun well" in ann.get("/articles").text


@pytest.mark.parametrize("name", ["..", ".", "é" * 300 + ".md", "\u202equay\x07.md"], ids=ascii)
def test_a_file_of_any_name_is_read_or_passed_over(ann: Client, name: str) -> None:
    page = ann.send("/articles/import", files=[("files", (name, MARKDOWN))])
    assert page.status_code == 200


def test_files_of_one_name_out_of_several_folders_are_all_read(ann: Client) -> None:
    names = ("north/index.md", "south/index.md")
    files = [("files", (name, MARKDOWN.replace(b"Quay", name.encode()))) for name in names]
    assert "2 new" in shown_words(ann.send("/articles/import", files=files))


def test_a_draft_may_be_empty_and_says_what_it_is_not_published_without(
    console: Console, ann: Client
) -> None:
    done = ann.send("/articles/new", {"title": "", "text": "", "when": "keep"})
    assert (
        "Before it can be published, write its title and its text."
        in ann.http.get(done.headers["location"]).text
    )
    refused = ann.send("/articles/new", {"title": "Homes", "text": "", "when": "now"})
    assert (refused.status_code, "There is no text" in refused.text) == (400, True)
