"""Content checks of a mail."""

from dataclasses import replace
from typing import get_args

import pytest
from registers import assert_registered

from newsletter.config.options import LintRule
from newsletter.linting.content import GMAIL_CLIPS_AT_BYTES, check_content
from newsletter.linting.findings import (
    ALWAYS,
    CheckedMail,
    Finding,
    QuotedArticle,
    Rule,
    Severity,
    error,
    errors_of,
    warning,
)

LEAVE = "https://wexcombe.example/unsubscribe/"
IMPRINT = ("M. Hallam", "4 Mill Lane, Little Wexcombe")
WORDS = "The first bus crossed the repaired bridge on Thursday morning, with a dog on board. " * 3
FOOT = f'<p><a href="{LEAVE}x">Unsubscribe</a> M. Hallam, 4 Mill Lane, Little\n Wexcombe</p>'
GOOD = CheckedMail(
    subject="The bridge reopens",
    html=f"<html><body><p>{WORDS}</p>{FOOT}</body></html>",
    text=f"{WORDS}\n{LEAVE}x\nM. Hallam, 4 Mill Lane,\nLittle Wexcombe",
    imprint=IMPRINT,
    unsubscribe_base=LEAVE,
)


def with_html(html: str) -> list[Finding]:
    return check_content(
        replace(GOOD, html=f"<html><body><p>{WORDS}</p>{html}{FOOT}</body></html>")
    )


def test_a_good_mail_has_no_findings() -> None:
    assert check_content(GOOD) == []


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
        ("<p>Dear {{ name }}</p>", Rule.UNRENDERED, Severity.WARNING, "{{ name }}"),
        ("<p>Dear *|FNAME|*</p>", Rule.UNRENDERED, Severity.WARNING, "*|FNAME|*"),
        ('<a href="https://bit.ly/1">A</a>', Rule.SPAM, Severity.WARNING, "hides where"),
        ('<a href="http://192.0.2.1/">A</a>', Rule.SPAM, Severity.WARNING, "a number"),
        (
            '<a href="https://evil.example/">bank.example</a>',
            Rule.SPAM,
            Severity.WARNING,
            "leads to evil.example",
        ),
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
        '<a href="https://wexcombe.example/made-with">Node.js</a>',
        '<a href="#below">Below</a>',
        '<img src="https://x.example/a.png" alt="" style="width: 10px">',
        '<a href="http://127.0.0.1:8000/">A</a>',
    ],
)
def test_valid_content_has_no_findings(html: str) -> None:
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
def test_a_spammy_subject_is_a_warning(subject: str, words: str) -> None:
    found = check_content(replace(GOOD, subject=subject))
    assert [f.severity for f in found] == [Severity.WARNING]
    assert words in found[0].message


@pytest.mark.parametrize("part", ["html", "text"])
@pytest.mark.parametrize(("gone", "rule"), [("M. Hallam", Rule.IMPRINT), (LEAVE, Rule.UNSUBSCRIBE)])
def test_imprint_and_unsubscribe_link_are_required_in_both_parts(
    part: str, gone: str, rule: Rule
) -> None:
    mail = replace(GOOD, **{part: getattr(GOOD, part).replace(gone, "https://elsewhere.example")})
    found = check_content(mail)
    assert [(f.rule, f.severity) for f in found] == [(rule, Severity.ERROR)]
    assert f"the {'HTML' if part == 'html' else 'text'} part" in found[0].message


def test_an_invisible_imprint_does_not_count() -> None:
    hidden = GOOD.html.replace("M. Hallam", "<!-- M. Hallam -->")
    assert [f.rule for f in check_content(replace(GOOD, html=hidden))] == [Rule.IMPRINT]


@pytest.mark.parametrize("part", ["subject", "text", "html"])
def test_an_empty_part_is_an_error(part: str) -> None:
    found = check_content(replace(GOOD, **{part: "\n"}))
    assert Rule.EMPTY in {f.rule for f in found}


def test_an_image_only_mail_is_a_warning() -> None:
    picture = '<img src="https://x.example/a.png" alt="A" width="9">'
    assert "nearly all pictures" in with_html(picture * 9)[0].message


def test_left_out_content_is_a_warning() -> None:
    found = check_content(replace(GOOD, left_out="the excerpts were shortened"))
    assert [(f.rule, f.severity) for f in found] == [(Rule.SHORTENED, Severity.WARNING)]


def test_legal_rules_cannot_be_ignored() -> None:
    assert_registered(
        get_args(LintRule),
        set(Rule) - ALWAYS,
        where="newsletter/config/options.py, LintRule",
        what_for="`lint.ignore` takes it (or add the rule to ALWAYS, where no law lets it go)",
    )


def test_a_large_mail_is_a_warning() -> None:
    (found,) = check_content(replace(GOOD, mail_bytes=600_000))
    assert (found.rule, found.severity) == (Rule.SIZE, Severity.WARNING)
    assert "600 KB" in found.message


def test_a_picture_that_could_not_be_embedded_is_a_warning() -> None:
    (found,) = check_content(replace(GOOD, pictures_left=("https://x.example/a: too large",)))
    assert (found.rule, found.severity) == (Rule.PICTURES, Severity.WARNING)
    assert "too large" in found.message


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://el.example/%CE%A7%CE%AF%CE%BF%CF%82">Chios</a>',
        '<a href="https://x.example/%7B%7B%20id%20%7D%7D?a=%FIRST%25">A</a>',
        "<p>100%SAFE%, [[1]], ${20}, {name}, {email}, &lt;%= x %&gt;, %FIRST_NAME%</p>",
        "<p>Hello undefined, said Dear None to null.</p>",
        "<p>{% raw %} and %recipient.name%</p>",
    ],
)
def test_ordinary_text_and_urls_are_not_placeholders(html: str) -> None:
    assert with_html(html) == []


def test_merge_fields_in_an_article_are_its_text() -> None:
    quoted = replace(GOOD, articles=(QuotedArticle("Jinja", "<p>x</p>"),))
    html = quoted.html.replace(WORDS, f"<p>{WORDS} {{{{ x }}}}</p>")
    assert check_content(replace(quoted, html=html)) == []


@pytest.mark.parametrize("part", ["subject", "text", "html"])
@pytest.mark.parametrize("left", ["zslot0a1b2cxgreetinghtml", "ZSLOT0A1B2C"])
def test_a_damaged_placeholder_is_an_error(part: str, left: str) -> None:
    mail = replace(GOOD, placeholder="zslot0a1b2c", **{part: f"{getattr(GOOD, part)} {left}"})
    (found,) = check_content(mail)
    assert (found.rule, found.severity) == (Rule.UNRENDERED, Severity.ERROR)


def test_a_part_longer_than_gmail_shows_is_an_error() -> None:
    (found,) = check_content(replace(GOOD, html_bytes=GMAIL_CLIPS_AT_BYTES + 1))
    assert (found.rule, found.severity) == (Rule.SIZE, Severity.ERROR)


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ('<a href="/x y">A</a>', Rule.RELATIVE_LINK),
        (
            '<a href="https://x.example/"><img src="https://x.example/a" alt="" width="9"></a>',
            "alt",
        ),
        ('<img src="https://x.example/b%20c" width="9">', Rule.ALT),
    ],
)
def test_faults_of_an_imported_article_are_warnings(body: str, rule: str) -> None:
    # The pictures of a mail always have an alt; that of an article that gave none is empty.
    shown = body.replace('c" width', 'c" alt="" width')
    html = GOOD.html.replace("</body>", f"{shown}</body>")
    mail = replace(GOOD, html=html, articles=(QuotedArticle("Quay opens", body),))
    (found,) = check_content(mail)
    assert (found.rule, found.severity) == (rule, Severity.WARNING)
    assert "Quay opens" in found.message


def test_a_template_that_drops_alt_is_an_error() -> None:
    picture = "https://x.example/a.png"
    html = GOOD.html.replace("</body>", f'<img src="{picture}" width="9"></body>')
    article = QuotedArticle("Quay opens", "<p>x</p>", ("https://x.example/", picture))
    (found,) = check_content(replace(GOOD, html=html, articles=(article,)))
    assert (found.rule, found.severity) == (Rule.ALT, Severity.ERROR)


def test_warnings_are_no_errors() -> None:
    fault, doubt = error("subject", "It is empty."), warning("subject", "It is long.")
    assert errors_of([doubt, fault]) == [fault]
