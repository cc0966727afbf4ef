"""What a summary of errors calls a field."""

import pytest

from newsletter.console.frame.presentation.forms import Trouble
from newsletter.console.frame.presentation.labels import named_errors

FIELDS = """
<label for="field-title">Title</label><input id="field-title">
<label for="field-agreed">Did they agree?</label><input id="field-agreed">
<label for="field-url-2">Its
  address <span class="optional">optional</span></label><input id="field-url-2">
<fieldset aria-describedby="hint-role error-role"><legend>What they may do</legend>
  <input id="field-role"><label for="field-role">Sender</label></fieldset>
"""


@pytest.mark.parametrize(
    ("name", "suffix", "words", "named"),
    [
        ("title", "", "Fill this in.", "Title: fill this in."),
        ("url", "-2", "A feed is meant.", "Its address: a feed is meant."),
        ("title", "", "CSV is meant.", "Title: CSV is meant."),
        ("title", "", "“Ann” is taken.", "Title: “Ann” is taken."),
        ("agreed", "", "Choose one.", "Did they agree: choose one."),
        ("role", "", "Choose one.", "What they may do: choose one."),
        ("other", "", "Fill this in.", "Fill this in."),
    ],
    ids=["label", "optional", "capitals", "quoted", "question", "group", "without-label"],
)
def test_an_error_is_told_with_the_label_of_its_field(
    name: str, suffix: str, words: str, named: str
) -> None:
    trouble = Trouble(message="", fields={name: words})
    assert named_errors(trouble, FIELDS, suffix) == {f"field-{name}{suffix}": named}
