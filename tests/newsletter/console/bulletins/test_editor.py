"""A bulletin that is written by forms, where no script runs."""

import pytest
from console_support import Console

from newsletter.staff.permissions import Role


@pytest.mark.parametrize("then", ["look", "stay"])
def test_nothing_is_made_of_a_bulletin_without_a_word(console: Console, then: str) -> None:
    editor = console.as_role(Role.EDITOR)
    done = editor.send("/bulletins/new", {"audience": "everybody", "then": then})
    assert (done.status_code, 'id="error-subject"' in done.text) == (400, True)
    assert "No subject yet" not in editor.get("/bulletins").text
