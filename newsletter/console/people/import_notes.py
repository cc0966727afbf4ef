"""What an import says of a list, with fields of the form in place of the command's options."""

import re

from newsletter.console.people.import_columns import ROLES, STATES
from subscribers.importing.values.states import ListState

STATE_LABEL = "How everybody in it stands at best"
ROLE_LABEL = "Is read as"
NO_PROOF_LABEL = "I have no proof"
_STATES = "|".join(ListState)
_STATE = re.compile(rf"--state ({_STATES})\b")
_SHEET = re.compile(r"--sheet ('[^']*'|[^\s,;']+)")
_ROLE = re.compile(rf"--column ({'|'.join(ROLES)})=(?:COLUMN\b|…|\"(?P<heading>[^\"]*)\")")
# Words of notes are none of the form's fields.
_NOTE = re.compile(r", or say --status \"ITS WORDS\"=subscribed")
# Of a word that is not known, every meaning is named.
_UNKNOWN_WORD = re.compile(r"--status \"(.*)\"=STATE, STATE one of: [a-z, ]+")
_WORDS = re.compile(rf"--status ((?:\w+=(?:{_STATES})(?:, )?)+)")
_WORD = re.compile(rf"(\w+)=({_STATES})")
_NO_PROOF = re.compile(r"--unconfirmed\b")


def in_words_of_form(note: str) -> str:
    """A note with `--state left` as “How everybody in it stands at best: Left”, and so on."""
    note = _STATE.sub(lambda option: f"“{STATE_LABEL}: {STATES[ListState(option[1])]}”", note)
    note = _SHEET.sub(lambda option: f"“Sheet: {option[1].strip(chr(39))}”", note)
    note = _ROLE.sub(_role, _NOTE.sub("", note))
    note = _UNKNOWN_WORD.sub(lambda option: f"choose what “{option[1]}” means below", note)
    note = _WORDS.sub(lambda option: _meanings(option[1]), note)
    return _NO_PROOF.sub(f"“{NO_PROOF_LABEL}”", note)


def _role(option: re.Match[str]) -> str:
    heading = option["heading"]
    of_column = f" for “{heading}”" if heading and heading != "…" else ""
    return f"“{ROLE_LABEL}: {ROLES[option[1]]}”{of_column}"


def _meanings(words: str) -> str:
    said = _WORD.sub(lambda word: f"“{word[1]}” means {STATES[ListState(word[2])]}", words)
    return f"choose that {said}"
