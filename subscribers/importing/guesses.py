"""What a column that is asked about most likely tells."""

import re
from collections.abc import Collection

from subscribers.importing.profiling import ColumnProfile
from subscribers.importing.values.channels import (
    is_of_mail,
    is_of_mail_consent,
    may_concern_mail,
)
from subscribers.importing.values.dates import is_date
from subscribers.importing.values.note_headings import names_notes
from subscribers.importing.values.stems import (
    AGREEMENT_STEMS,
    ASIDE_STEMS,
    LEAVING_STEMS,
    has_stem,
    is_turned,
)
from subscribers.importing.values.vocabulary import LEAVING_WORDS, WORDS, is_nothing, is_yes_or_no
from subscribers.importing.values.word_folding import folded

OPEN = "?"
"""Marks what only the administrator can answer."""

# Statuses are no longer than this.
MAX_WORD_LENGTH = 30
# Names are seldom longer.
MIN_REMARK_WORDS = 4
# A question that people answered: an empty answer to it is no yes.
_ASKED = re.compile(
    r"\?|\b(?:i|we|you|your|ich|wir|sie|je|nous|vous|io|ik|wij|ja)\b", re.IGNORECASE
)


def guess_of(heading: str, profile: ColumnProfile) -> str:
    """What a column most likely tells; "?" where that would be a gamble."""
    name = folded(heading)
    words = [value for value in profile.values if not is_nothing(value)]
    if has_stem(name, ASIDE_STEMS) or is_turned(heading):
        return OPEN
    if has_stem(name, LEAVING_STEMS) and any(
        all(map(is_leaving, words)) for is_leaving in (is_date, is_yes_or_no, _is_leaving_word)
    ):
        return "left"
    if any(folded(word) in WORDS for word in words):
        # Beside words of bounces an empty cell is no doubt, as it would be below a status.
        return "left" if has_stem(name, LEAVING_STEMS) else "status"
    if is_of_mail_consent(name) and has_stem(name, AGREEMENT_STEMS):
        if all(map(is_yes_or_no, words)):
            return "status"
        if all(map(is_date, words)):
            return "confirmed"
    is_asked = _ASKED.search(heading) is not None or is_of_mail(name)
    if names_notes(name) or (not is_asked and (profile.telling or any(map(is_remark, words)))):
        return "notes"
    # Codes of states are as few and as short as names of places: nothing is suggested that could
    # have somebody mailed who left.
    return OPEN


def guess_aside(guess: str, profile: ColumnProfile, headings: Collection[str]) -> tuple[str, str]:
    """What a column of letters or calls tells of mail, never a status; and why.

    Args:
        headings: those of the file, folded.
    """
    values = profile.values
    is_short = profile.is_complete and all(len(value) <= MAX_WORD_LENGTH for value in values)
    if (
        is_short
        and any(map(is_of_mail_consent, headings))
        and not any(map(may_concern_mail, values))
    ):
        return "ignored", ", but by its name of another channel, and another column is of e-mail"
    return (guess if guess == "notes" else OPEN), ""


def _is_leaving_word(text: str) -> bool:
    return folded(text) in LEAVING_WORDS


def is_remark(text: str) -> bool:
    """Whether a value is a sentence rather than a name."""
    words = text.split()
    return len(words) >= MIN_REMARK_WORDS and sum(map(str.isalpha, words)) > len(words) // 2
