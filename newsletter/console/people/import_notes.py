"""What an import says of a list, with fields of the form in place of the command's options."""

import re

from newsletter.console.people.import_columns import STATES
from subscribers.importing.values.states import ListState

STATE_LABEL = "How everybody in it stands at best"
_STATE = re.compile(rf"--state ({'|'.join(ListState)})\b")
_SHEET = re.compile(r"--sheet ('[^']*'|[^\s,;']+)")


def in_words_of_form(note: str) -> str:
    """A note with `--state left` as “How everybody in it stands at best: Left”, and so on."""
    note = _STATE.sub(lambda option: f"“{STATE_LABEL}: {STATES[ListState(option[1])]}”", note)
    return _SHEET.sub(lambda option: f"“Sheet: {option[1].strip(chr(39))}”", note)
