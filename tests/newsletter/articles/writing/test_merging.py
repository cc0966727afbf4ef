"""Joining what two people wrote, field by field and block by block."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.articles.writing.content import ArticleContent
from newsletter.articles.writing.merging import blocks_of, choices, merged, only_theirs

BLOCKS = ("<p>Homes.</p>", "<ul><li>One</li><li>Two</li></ul>", "<hr>", "\n<p>a<br>b</p>", "<h2/>")


def body(*blocks: str) -> ArticleContent:
    return ArticleContent(body_html="".join(blocks))


@pytest.mark.parametrize(
    ("html", "blocks"),
    [
        ("<p>a</p><p>b</p>", ["<p>a</p>", "<p>b</p>", ""]),
        ("<p>a<br>b</p>\n<hr><p>c</p>", ["<p>a<br>b</p>", "\n<hr>", "<p>c</p>", ""]),
        ("<ul><li>a</li></ul>b", ["<ul><li>a</li></ul>", "b"]),
        ('<img alt="a > b"><p>c</p>', ['<img alt="a > b">', "<p>c</p>", ""]),
        ("<p>never closed", ["<p>never closed"]),
    ],
)
def test_a_text_is_cut_between_its_outermost_elements(html: str, blocks: list[str]) -> None:
    assert blocks_of(html) == blocks


@given(st.text(alphabet="<>/p bri\n\r\u2028&;a\"'=!-", max_size=60))
def test_the_blocks_of_any_text_make_it_again(html: str) -> None:
    assert "".join(blocks_of(html)) == html


@given(st.lists(st.sampled_from(BLOCKS)), st.lists(st.sampled_from(BLOCKS)))
def test_all_of_one_side_is_that_side(stored: list[str], own: list[str]) -> None:
    article, mine = body(*stored), body(*own)
    names = {choice.name for choice in choices(article, mine)}
    assert merged(article, article, ()) == article
    assert blocks_of(merged(article, mine, names).body_html) == blocks_of(article.body_html)


def test_each_block_is_chosen_by_itself() -> None:
    article = body("<p>One.</p>", "<p>Same.</p>", "<p>Three.</p>")
    own = body("<p>Mine.</p>", "<p>Same.</p>", "<p>Mine too.</p>")
    first, second = choices(article, own)
    assert merged(article, own, {first.name}).body_html == (
        "<p>One.</p><p>Same.</p><p>Mine too.</p>"
    )
    assert (second.stored, second.own) == ("Three.", "Mine too.")


def test_a_block_that_one_side_alone_has_is_a_choice() -> None:
    article, own = body("<p>Homes.</p>", "<p>New.</p>"), body("<p>Homes.</p>")
    (choice,) = choices(article, own)
    assert (choice.stored, choice.own) == ("New.", "")
    assert merged(article, own, {choice.name}) == article


def test_fields_are_chosen_by_themselves() -> None:
    article = ArticleContent(title="Homes", topics=("housing", "council"), author="Ann")
    own = ArticleContent(title="Houses", topics=("housing",), author="Ann")
    found = {choice.name: (choice.stored, choice.own) for choice in choices(article, own)}
    assert found == {"title": ("Homes", "Houses"), "topics": ("housing, council", "housing")}
    joined = merged(article, own, {"topics"})
    assert (joined.title, joined.topics) == ("Houses", ("housing", "council"))


def test_a_change_of_form_alone_is_said_to_be_one() -> None:
    (choice,) = choices(body("<p>Homes.</p>"), body("<p><b>Homes.</b></p>"))
    assert choice.is_of_form


@pytest.mark.parametrize(
    ("stored", "own", "joined"),
    [
        (
            ("<p>A.</p>", "<p>B.</p>"),
            ("<p>a</p>", "<p>B, mine.</p>"),
            ("<p>A.</p>", "<p>B, mine.</p>"),
        ),
        (
            ("<p>New.</p>", "<p>a</p>", "<p>b</p>"),
            ("<p>a</p>", "<p>b, mine</p>"),
            ("<p>New.</p>", "<p>a</p>", "<p>b, mine</p>"),
        ),
        (("<p>a</p>",), ("<p>a, mine</p>", "<p>b</p>"), ("<p>a, mine</p>", "<p>b</p>")),
        (("<p>a</p>", "<p>b</p>", "<p>c</p>"), ("<p>a</p>",), ("<p>a</p>", "<p>c</p>")),
        (
            ("<p>a, theirs</p>", "<p>b</p>"),
            ("<p>a, mine</p>", "<p>b</p>"),
            ("<p>a, mine</p>", "<p>b</p>"),
        ),
    ],
    ids=[
        "each changed another",
        "they added",
        "a block went and one changed",
        "I took one away, they added",
        "both changed one",
    ],
)
def test_merging_joins_one_sided_changes_and_keeps_own_text_in_conflicts(
    stored: tuple[str, ...], own: tuple[str, ...], joined: tuple[str, ...]
) -> None:
    base, article, mine = body("<p>a</p>", "<p>b</p>"), body(*stored), body(*own)
    kept = only_theirs(base, article, mine)
    assert merged(article, mine, kept).body_html == "".join(joined)


def test_a_field_that_only_others_changed_is_theirs() -> None:
    base = ArticleContent(title="Homes", summary="Old.")
    article = ArticleContent(title="Our homes", summary="New.")
    mine = ArticleContent(title="Homes", summary="Mine.")
    kept = only_theirs(base, article, mine)
    assert merged(article, mine, kept) == ArticleContent(title="Our homes", summary="Mine.")
