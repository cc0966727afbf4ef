"""What a column that is asked about most likely tells."""

import re
from collections.abc import Collection, Sequence

from subscribers.importing.profiling import ColumnProfile
from subscribers.importing.values.channels import (
    is_of_mail,
    is_of_mail_consent,
    is_of_newsletter,
    is_of_other_channel,
    may_concern_mail,
)
from subscribers.importing.values.dates import DayMonthOrder, end_of, is_date
from subscribers.importing.values.note_headings import names_notes
from subscribers.importing.values.stems import (
    AGREEMENT_STEMS,
    ASIDE_STEMS,
    JOINING_STEMS,
    LAW_STEMS,
    LEAVING_STEMS,
    PAYMENT_STEMS,
    STATUS_STEMS,
    USE_STEMS,
    WISH_STEMS,
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
    is_of_leaving = has_stem(name, LEAVING_STEMS)
    is_telling = bool(profile.telling) or any(map(_is_leaving_word, words))
    if is_of_leaving and (guess := _guess_of_leaving(words)):
        return guess
    if has_stem(name, PAYMENT_STEMS) and not is_telling:
        return "ignored"
    if any(folded(word) in WORDS for word in words):
        # Beside words of bounces an empty cell is no doubt, as it would be below a status.
        are_few_told = all(map(_is_leaving_word, words)) and not profile.is_full
        is_of_state = has_stem(name, (*STATUS_STEMS, *AGREEMENT_STEMS))
        return "left" if is_of_leaving or (are_few_told and not is_of_state) else "status"
    if guess := _guess_of_consent(name, words):
        return guess
    is_asked = _ASKED.search(heading) is not None or is_of_mail(name)
    if names_notes(name) or (not is_asked and (profile.telling or any(map(is_remark, words)))):
        return "notes"
    # Codes of states are as few and as short as names of places: nothing is suggested that could
    # have somebody mailed who left.
    return OPEN


def _guess_of_leaving(words: Sequence[str]) -> str:
    kinds = (is_date, is_yes_or_no, _is_leaving_word, _is_year)
    if any(all(map(is_leaving, words)) for is_leaving in kinds):
        return "left"
    # A count of bounces: many servers refuse mail for a day.
    return "doubtful" if all(map(str.isdecimal, words)) else ""


def _guess_of_consent(name: str, words: Sequence[str]) -> str:
    are_dates, are_answers = all(map(is_date, words)), all(map(is_yes_or_no, words))
    if is_of_mail_consent(name) and has_stem(name, AGREEMENT_STEMS) and are_dates:
        return "confirmed"
    if are_answers and _asks_for_mail(name):
        return "status"
    return "joined" if are_dates and has_stem(name, JOINING_STEMS) else ""


def _asks_for_mail(name: str) -> bool:
    """Whether a yes below a folded heading is one to mail."""
    if has_stem(name, USE_STEMS) or is_of_other_channel(name):
        return False
    is_wished = is_of_mail(name) and has_stem(name, WISH_STEMS)
    is_subscribed = name.split()[-1:] == ["subscribed"]
    return is_of_newsletter(name) or is_wished or is_subscribed or has_stem(name, LAW_STEMS)


def _is_year(text: str) -> bool:
    return end_of(text, DayMonthOrder.DAY) is not None


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
