"""A database that fails, in the console: words for people, and what was typed is kept."""

from console_support import Console
from sqlalchemy import text

from newsletter.staff.permissions import Role

WORDS = "The site cannot read or save just now."


def take_away(console: Console, table: str) -> None:
    """Have every statement on a table fail."""
    with console.app.database.write() as session:
        session.execute(text(f"ALTER TABLE {table} RENAME TO elsewhere"))


def test_a_page_names_no_file_and_no_table(console: Console) -> None:
    owner = console.as_role(Role.OWNER)
    take_away(console, "segments")
    answer = owner.get("/segments")
    assert (answer.status_code, WORDS in answer.text) == (503, True)
    assert "segments;" not in answer.text
    assert "sqlite" not in answer.text


def test_a_form_is_shown_again_with_what_was_typed(console: Console) -> None:
    owner = console.as_role(Role.OWNER)
    take_away(console, "subscribers")
    answer = owner.send("/people/add", {"address": "ann@wexcombe.example", "frequency": "regular"})
    assert (answer.status_code, WORDS in answer.text) == (503, True)
    assert 'value="ann@wexcombe.example"' in answer.text


def test_words_alone_are_shown_where_no_page_can_be(console: Console) -> None:
    owner = console.as_role(Role.OWNER)
    # Every page names what can be taken back, which stands there.
    take_away(console, "editions")
    answer = owner.get("/editions")
    assert answer.status_code == 503
    assert answer.text.startswith("Back in a moment")
    assert WORDS in answer.text
