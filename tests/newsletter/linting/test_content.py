"""What can be seen in a mail itself: each fault is found, and a good mail has none."""

from dataclasses import replace
from typing import get_args

import pytest

from newsletter.config.options import LintRule
from newsletter.linting.content import GMAIL_CLIPS_AT_BYTES, look_over
from newsletter.linting.findings import ALWAYS, Finding, Letter, Rule, Severity

LEAVE = "https://wexcombe.example/unsubscribe/"
IMPRINT = ("M. Hallam", "4 Mill Lane, Little Wexcombe")
WORDS = "The first bus crossed the repaired bridge on Thursday morning, with a dog on board. " * 3
FOOT = f'<p><a href="{LEAVE}x">Unsubscribe</a> M. Hallam, 4 Mill Lane, Little\n Wexcombe</p>'
GOOD = Letter(
    subject="The bridge reopens",
    html=f"<html><body><p>{WORDS}</p>{FOOT}</body></html>",
    text=f"{WORDS}\n{LEAVE}x\nM. Hallam, 4 Mill Lane,\nLittle Wexcombe",
    imprint=IMPRINT,
    unsubscribe_base=LEAVE,
)


def with_html(html: str) -> list[Finding]:
    return look_over(replace(GOOD, html=f"<html><body><p>{WORDS}</p>{html}{FOOT}</body></html>"))


def test_a_good_mail_has_nothing_to_find() -> None:
    assert look_over(GOOD) == []


@pytest.mark.parametrize(
    ("html", "rule", "severity", "words"),
    [
        ('<a href="/articles/x">A</a>', Rule.RELATIVE_LINK, Severity.ERROR, "/articles/x"),
        ('<a href="www.x.example">A</a>', Rule.RELATIVE_LINK, Severity.ERROR, "https://"),
        ('<a href="">A</a>', Rule.RELATIVE_LINK, Severity.ERROR, "complete address"),
        ('<a href="#">A</a>', Rule.RELATIVE_LINK, Severity.ERROR, "'#'"),
        ('<a href="javascript:x()">A</a>', Rule.RELATIVE_LINK, Severity.ERROR, "javascript"),
        ('<a href="http://[broken">A</a>', Rule.RELATIVE_LINK, Severity.ERROR, "broken"),
        ("<a>nowhere</a>", Rule.RELATIVE_LINK, Severity.WARNING, "nowhere"),
        ('<img src="x.png" alt="" width="9">', Rule.RELATIVE_LINK, Severity.ERROR, "x.png"),
        ('<img src="https://x.example/a" width="9">', Rule.ALT, Severity.ERROR, "no alt"),
        (
            '<a href="https://x.example/"><img src="https://x.example/a" alt="" width="9"></a>',
            Rule.ALT,
            Severity.ERROR,
            "all there is of a link",
        ),
        ('<img src="https://x.example/a" alt="A">', Rule.PICTURES, Severity.WARNING, "no width"),
        ('<img src="data:x" alt="A" width="9">', Rule.PICTURES, Severity.WARNING, "data:"),
        ("<p>Dear {{ name }}</p>", Rule.UNRENDERED, Severity.ERROR, "{{ name }}"),
        ("<p>Dear *|FNAME|*</p>", Rule.UNRENDERED, Severity.ERROR, "*|FNAME|*"),
        (
            '<a href="https://x.example/%7B%7B%20id%20%7D%7D">A</a>',
            Rule.UNRENDERED,
            Severity.ERROR,
            "links",
        ),
        ('<a href="https://bit.ly/1">A</a>', Rule.SPAM, Severity.WARNING, "hides where"),
        ('<a href="http://192.0.2.1/">A</a>', Rule.SPAM, Severity.WARNING, "a number"),
        (
            '<a href="https://evil.example/">bank.example</a>',
            Rule.SPAM,
            Severity.WARNING,
            "leads to evil.example",
        ),
        (f"<!-- {'x' * GMAIL_CLIPS_AT_BYTES} -->", Rule.SIZE, Severity.ERROR, "Gmail hides"),
    ],
)
def test_each_fault_is_found(html: str, rule: Rule, severity: Severity, words: str) -> None:
    found = with_html(html)
    assert [(f.rule, f.severity) for f in found] == [(rule, severity)]
    assert words in found[0].message


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://www.wexcombe.example/x">wexcombe.example</a>',
        '<a href="mailto:a@b.example">a@b.example</a> <a href="tel:+44">+44</a>',
        '<a href="#below">Below</a>',
        '<img src="https://x.example/a.png" alt="" style="width: 10px">',
        '<a href="http://127.0.0.1:8000/">A</a>',
    ],
)
def test_what_is_right_is_left_alone(html: str) -> None:
    assert with_html(html) == []


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("BIG NEWS INSIDE TODAY", "shouts"),
        ("News!! Read this", "exclamation"),
        ("Act now", "advertising: act now"),
        ("A" + " word" * 30, "characters"),
    ],
)
def test_a_subject_that_filters_dislike_is_doubted(subject: str, words: str) -> None:
    found = look_over(replace(GOOD, subject=subject))
    assert [f.severity for f in found] == [Severity.WARNING]
    assert words in found[0].message


@pytest.mark.parametrize("part", ["html", "text"])
@pytest.mark.parametrize(("gone", "rule"), [("M. Hallam", Rule.IMPRINT), (LEAVE, Rule.UNSUBSCRIBE)])
def test_what_the_law_asks_for_must_stand_in_both_parts(part: str, gone: str, rule: Rule) -> None:
    letter = replace(GOOD, **{part: getattr(GOOD, part).replace(gone, "https://elsewhere.example")})
    found = look_over(letter)
    assert [(f.rule, f.severity) for f in found] == [(rule, Severity.ERROR)]
    assert f"the {'HTML' if part == 'html' else 'text'} part" in found[0].message


def test_an_imprint_that_only_stands_in_a_comment_or_style_does_not_count() -> None:
    hidden = GOOD.html.replace("M. Hallam", "<!-- M. Hallam -->")
    assert [f.rule for f in look_over(replace(GOOD, html=hidden))] == [Rule.IMPRINT]


@pytest.mark.parametrize("part", ["subject", "text", "html"])
def test_an_empty_part_is_found(part: str) -> None:
    found = look_over(replace(GOOD, **{part: "\n"}))
    assert Rule.EMPTY in {f.rule for f in found}


def test_a_mail_of_pictures_is_doubted() -> None:
    picture = '<img src="https://x.example/a.png" alt="A" width="9">'
    assert "nearly all pictures" in with_html(picture * 9)[0].message


def test_what_was_left_out_is_told() -> None:
    found = look_over(replace(GOOD, left_out="the excerpts were shortened"))
    assert [(f.rule, f.severity) for f in found] == [(Rule.SHORTENED, Severity.WARNING)]


def test_the_configuration_can_name_every_rule_but_those_of_the_law() -> None:
    assert set(get_args(LintRule)) == set(Rule) - ALWAYS


def test_a_mail_that_grows_large_with_its_pictures_is_doubted() -> None:
    (found,) = look_over(replace(GOOD, mail_bytes=600_000))
    assert (found.rule, found.severity) == (Rule.SIZE, Severity.WARNING)
    assert "600 KB" in found.message


def test_a_picture_that_could_not_be_a_part_is_told() -> None:
    (found,) = look_over(replace(GOOD, pictures_left=("https://x.example/a: too large",)))
    assert (found.rule, found.severity) == (Rule.PICTURES, Severity.WARNING)
    assert "too large" in found.message


@pytest.mark.parametrize(
    "words",
    [
        "Dear ${name}",
        "Dear [[name]]",
        "Dear &lt;%= name %&gt;",
        "Dear %FIRST_NAME%",
        "Dear {name}",
        "Dear {firstname}",
        "Dear None",
        "Hello undefined,",
    ],
)
def test_a_bare_variable_is_found_however_it_is_written(words: str) -> None:
    (found,) = with_html(f"<p>{words}</p>")
    assert (found.rule, found.severity) == (Rule.UNRENDERED, Severity.ERROR)


@pytest.mark.parametrize(
    "words", ["20% off% of it", "Dear Nona", "a set {a, b}", "[1] [2]", "$5 {sic}", "50% UP %"]
)
def test_usual_words_are_no_variables(words: str) -> None:
    assert with_html(f"<p>{words}</p>") == []
