"""Documents of Word: what they hold is read, and what is lost is told."""

import pytest
from imported import CONTEXT
from making_files import word_file

from newsletter.articles.importers.base import BadRecord, Record
from newsletter.articles.importers.formats import word
from newsletter.articles.importers.markup.word_warnings import notes_on


def run(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def read(paragraph: str, style: str = "Normal") -> Record:
    """The article of a document: a title, and one paragraph of these elements."""
    content = word_file(
        f'<w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr>{run("The quay")}</w:p>'
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{paragraph}</w:p>'
    )
    [item] = word.read(content, "quay.docx", CONTEXT)
    assert isinstance(item, Record)
    return item


@pytest.mark.parametrize(
    ("paragraph", "text"),
    [
        (f'<w:fldSimple w:instr="SEQ Figure">{run("Figure 4")}</w:fldSimple>', "Figure 4"),
        (f'<w:dir w:val="rtl">{run("רציף")}</w:dir>', "רציף"),
        (f'<w:bdo w:val="rtl">{run("רציף")}</w:bdo>', "רציף"),
        (
            (
                f"<w:r><w:ruby><w:rubyPr/><w:rt>{run('はとば')}</w:rt>"
                f"<w:rubyBase>{run('波止場')}</w:rubyBase></w:ruby></w:r>"
            ),
            "波止場 (はとば)",
        ),
        (f"<w:r><w:ruby><w:rubyBase>{run('波止場')}</w:rubyBase></w:ruby></w:r>", "波止場"),
        (
            (
                "<m:oMath><m:f><m:num><m:r><m:t>a</m:t></m:r></m:num>"
                "<m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>"
            ),
            "a/2",
        ),
        (
            "<m:oMathPara><m:oMath><m:r><m:t>b</m:t></m:r></m:oMath></m:oMathPara>",
            "b",
        ),
    ],
)
def test_text_within_elements_that_mammoth_does_not_know_is_kept(paragraph: str, text: str) -> None:
    record = read(f"{run('Before ')}{paragraph}{run(' after')}")
    assert record.body_html == f"<p>Before {text} after</p>"


def test_runs_that_word_cut_for_no_reason_keep_their_words_and_formatting() -> None:
    bold = "<w:r><w:rPr><w:b/></w:rPr><w:t>{}</w:t></w:r>"
    pieces = [run("The qu"), run("ay"), "<w:proofErr w:type='spellStart'/>", run(" is ")]
    pieces += [bold.format("clo"), bold.format("sed"), "<w:r><w:br/></w:r>", run("to"), run("day")]
    record = read("".join(pieces * 300))
    assert record.body_html == f"<p>{'The quay is <strong>closed</strong><br />today' * 300}</p>"


def test_text_within_an_oval_is_kept() -> None:
    record = read(
        '<w:r><w:pict><v:oval xmlns:v="urn:schemas-microsoft-com:vml"><v:textbox>'
        f"<w:txbxContent><w:p>{run('Round')}</w:p></w:txbxContent>"
        "</v:textbox></v:oval></w:pict></w:r>"
    )
    assert "<p>Round</p>" in record.body_html


def test_a_style_that_is_not_kept_is_told() -> None:
    record = read(run("Mind the gap."), "Warning")
    assert any("style of Word not kept, only its text" in note for note in record.notes)


def test_losses_of_one_kind_are_told_once() -> None:
    ignored = "An unrecognised element was ignored: w:altChunk"
    properties = "An unrecognised element was ignored: w:tblPrEx"
    notes = notes_on([ignored, ignored, properties, "Unsupported break type: column"])
    assert notes == ("element 'w:altChunk' of the document left out (2 times)",)


def test_a_document_of_very_many_elements_is_refused_before_it_is_converted() -> None:
    [item] = word.read(word_file("<w:p/>" * word.MAX_TAGS), "bomb.docx", CONTEXT)
    assert isinstance(item, BadRecord)
    assert "elements of text" in item.what
