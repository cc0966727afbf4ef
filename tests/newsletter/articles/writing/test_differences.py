"""Differences between two contents."""

from hypothesis import given
from hypothesis import strategies as st

from newsletter.articles.writing.content import ArticleContent
from newsletter.articles.writing.differences import ChangedLine, PartKind, differences

TEXTS = st.text(alphabet="ab \n", max_size=30)


def shown(line: ChangedLine) -> str:
    marks = {PartKind.SAME: "", PartKind.REMOVED: "-", PartKind.ADDED: "+"}
    parts = (f"{marks[part.kind]}{part.text}{marks[part.kind]}" for part in line.parts)
    return f"{line.where}:{''.join(parts)}"


def told(before: ArticleContent, after: ArticleContent) -> list[str]:
    return [shown(line) for line in differences(before, after)]


def body(*paragraphs: str) -> ArticleContent:
    return ArticleContent(body_html="".join(f"<p>{text}</p>" for text in paragraphs))


def test_a_changed_word_is_shown_in_its_line() -> None:
    before, after = body("Same.", "The wall is old."), body("Same.", "The wall is new.")
    assert told(before, after) == [":The wall is -old.-+new.+"]


def test_lines_that_came_and_went_are_shown_whole() -> None:
    assert told(body("One."), body("One.", "Two.")) == [":+Two.+"]
    assert told(body("One.", "Two."), body("Two.")) == [":-One.-"]


def test_changed_fields_are_named() -> None:
    before, after = ArticleContent(topics=("Sea",)), ArticleContent(topics=("Sea", "Homes"))
    assert told(before, after) == ["Topics:-Sea-+Sea, Homes+"]


def test_a_change_of_form_alone_is_told() -> None:
    before, after = body("Old wall"), body("<strong>Old</strong> wall")
    assert told(before, after) == ["Text:+only its form: links, pictures or markup+"]


@given(TEXTS, TEXTS)
def test_the_parts_of_a_field_add_up_to_both_contents(old: str, new: str) -> None:
    for line in differences(ArticleContent(title=old), ArticleContent(title=new)):
        texts = {
            kind: "".join(part.text for part in line.parts if part.kind in {PartKind.SAME, kind})
            for kind in (PartKind.REMOVED, PartKind.ADDED)
        }
        assert texts == {PartKind.REMOVED: old, PartKind.ADDED: new}
