"""Questions to the administrator about a file, all asked at once."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, starmap
from operator import lt

from newsletter.errors import InvalidInput
from subscribers.importing.columns import ColumnAssignment
from subscribers.importing.guesses import MAX_WORD_LENGTH, OPEN, guess_aside, guess_of, is_remark
from subscribers.importing.profiling import JUDGES, ColumnProfile, FileProfile
from subscribers.importing.program import Program
from subscribers.importing.values.channels import (
    is_of_other_channel,
)
from subscribers.importing.values.dates import is_date
from subscribers.importing.values.harmless_headings import is_harmless
from subscribers.importing.values.headings import HIDDEN
from subscribers.importing.values.note_headings import names_notes
from subscribers.importing.values.states import HAS_LEFT, ListState
from subscribers.importing.values.stems import (
    AGREEMENT_STEMS,
    LEAVING_STEMS,
    SECRET_STEMS,
    STEMS,
    has_stem,
)
from subscribers.importing.values.vocabulary import (
    LEAVING_WORDS,
    NO,
    WORDS,
    YES,
    is_nothing,
    is_yes_or_no,
    status_of,
)
from subscribers.importing.values.word_folding import folded

# At most this many different values may be statuses.
FEW_VALUES = 12
# Names of numbers by which entries are told apart; an order's is "Order #" in English.
_OF_NUMBERS = frozenset(
    map(
        folded,
        (
            *("id", "uuid", "guid", "ip", "number", "no", "nr", "num", "reference", "ref", "login"),
            *("nummer", "kennung", "numéro", "n°", "nº", "identifiant", "référence", "número"),
            *("referencia", "numero", "codice", "numer", "identyfikator", "rhif", "cyfeirnod"),
        ),
    )
)
# What such a number may be of, though the words speak of states elsewhere.
_OF_ENTRIES = frozenset(
    {"submission", "subscriber", "subscription", "member", "membership", "mitglied", "mitglieds"}
)
# A number of one of these tells kinds of people apart, though in a short list each has another.
_OF_KINDS = (
    *("list", "group", "segment", "categ", "kateg", "type", "typ", "art", "kind", "level", "stage"),
    *("role", "class", "tier", "flag", "tag", "label", "source", "campaign", "queue", "grupp"),
    *("group", "grup", "lij", "tipo", "nivel", "code", "folder", "audience", "board"),
)
# Sums of money: with a sign, or with cents.
_AMOUNT = re.compile(
    r"[-−]?[£$€¥]\s?\d[\d.,' ]*|[-−]?\d[\d.' ]*[.,]\d\d|[-−]?\d[\d.,' ]*\s?(?:[£$€¥]|zł|kr|CHF|EUR)"
)
# Fewer rows may be alike, or in order, by chance.
_MIN_ROWS = 4
# Counts, as of bounces.
_COUNT = re.compile(r"\d{1,4}")
_FREE = re.compile(r"@|https?:|www\.|\d[\d\s()./-]{6,}|[0-9a-f]{8}-[0-9a-f]{4}-", re.IGNORECASE)

# Moments, tags and the like: a yes or no there is about how somebody stands.
_OF_SOMETHING_ELSE = frozenset({"tags", "topics", "digests", "frequency", "joined", "agreed"})

UNREAD = "unread"
"""The role of an unread column."""


@dataclass(frozen=True, kw_only=True)
class AnalysedColumn:
    """A column, its role, and why."""

    place: int
    heading: str
    role: str
    """A key of `ROLES`, "attribute.NAME", or "unread"."""
    why: str
    filled: int
    different: int
    is_more: bool
    """Not all different values were counted."""
    samples: tuple[str, ...]
    question: str = ""
    """Why it may hold status or consent; empty if nothing has to be asked."""
    guess: str = ""
    """The suggested role; "?" without one."""
    codes: tuple[str, ...] = ()
    """Without a suggestion: words that would need a meaning if it held a status."""


@dataclass(frozen=True, kw_only=True)
class UnknownWord:
    """An unknown word in a status column."""

    word: str
    count: int
    role: str


def columns_of(
    header: Sequence[str], assigned: ColumnAssignment, profile: FileProfile
) -> list[AnalysedColumn]:
    """Every column of a file."""
    roles = {
        place: role
        for role, places in assigned.places.items()
        for place in places
        if role != "ignored"
    }
    ignored = set(assigned.places["ignored"])
    others = frozenset(map(folded, header))
    return [
        _column(place, heading, roles.get(place), place in ignored, assigned, profile, others)
        for place, heading in enumerate(header)
    ]


def _column(
    place: int,
    heading: str,
    role: str | None,
    is_ignored: bool,
    assigned: ColumnAssignment,
    file_profile: FileProfile,
    others: Collection[str],
) -> AnalysedColumn:
    profile = file_profile.profiles[place]
    name = folded(heading)
    is_secret = has_stem(name, SECRET_STEMS)
    question = guess = ""
    if is_ignored:
        role, why = UNREAD, "you say so" if place in assigned.chosen else "an earlier import's own"
    elif role is not None:
        why = _role_origin(name, role, place in assigned.chosen, assigned.program)
        if place not in assigned.chosen:
            question, guess = _contradiction(name, role, profile, assigned.program)
    elif is_secret:
        role, why = UNREAD, "it may hold passwords or keys"
    else:
        role = UNREAD
        question, why = _open_question(heading, profile, assigned.program)
        guess = guess_of(heading, profile) if question else ""
        if question and (is_of_other_channel(name) or _means_letters(name, others)):
            guess, reason = guess_aside(guess, profile, others)
            question += reason
    return AnalysedColumn(
        place=place,
        heading=heading or f"column {place + 1}",
        role=role,
        why=why,
        filled=profile.filled,
        different=len(profile.values),
        is_more=not profile.is_complete,
        samples=(HIDDEN,) if is_secret and profile.filled else profile.samples,
        question=question,
        guess=guess,
        codes=_codes(profile) if guess == OPEN else (),
    )


def _means_letters(name: str, headings: Collection[str]) -> bool:
    """Whether “mail” is a letter here: another column asks the same of e-mail."""
    words = name.split()
    return "mail" in words and any(
        " ".join(other if word == "mail" else word for word in words) in headings
        for other in ("email", "e mail")
    )


def _contradiction(
    name: str, role: str, profile: ColumnProfile, program: Program | None
) -> tuple[str, str]:
    """Why the values of a column that is known by its name are none of those, and a guess."""
    if _holds_unclear_dates(name, role, profile):
        return "it holds dates, and its name does not say of what", OPEN
    if role not in _OF_SOMETHING_ELSE or (program and name in program.roles.get(role, ())):
        return "", ""
    words = [value for value in profile.values if not is_nothing(value)]
    if any(map(is_yes_or_no, words)) and all(is_yes_or_no(w) or folded(w) in WORDS for w in words):
        return "it holds yes and no, or words of states", "status"
    return "", ""


def _holds_unclear_dates(name: str, role: str, profile: ColumnProfile) -> bool:
    """Whether moments stand in a column of states that may be those of joining or of leaving."""
    return (
        role == "status"
        and not has_stem(name, AGREEMENT_STEMS)
        and any(is_date(value) for value in profile.values if not is_nothing(value))
    )


def _codes(profile: ColumnProfile) -> tuple[str, ...]:
    """The words of a column that would have to be explained if it were one of states.

    Beside codes a single letter or number is a code as well, and no "yes" or "no".
    """
    codes = tuple(value for value in profile.values if status_of(value, {}) is None)
    if codes:
        codes += tuple(filter(_is_short_yes_or_no, profile.values))
    is_short = len(codes) <= FEW_VALUES and all(len(code) <= MAX_WORD_LENGTH for code in codes)
    return codes if profile.is_complete and is_short else ()


def _role_origin(name: str, role: str, is_chosen: bool, program: Program | None) -> str:
    if is_chosen:
        return "you say so"
    if program is not None and name in program.roles.get(role, ()):
        return f"{program.name} names it so"
    return "by its name"


def _open_question(
    heading: str, profile: ColumnProfile, program: Program | None
) -> tuple[str, str]:
    """Why an unread column may hold status or consent, or why it does not."""
    name = folded(heading)
    words = [value for value in profile.values if not is_nothing(value)]
    if not words:
        return "", "it is empty"
    if program is not None and (name in program.unread or program.has_role_for(name)):
        # It may be about leaving, but for text messages or letters.
        return "", f"{program.name} says nothing of mail in it"
    telling = [word for word in words if folded(word) in LEAVING_WORDS]
    if telling or profile.telling:
        return f"it holds the word “{(telling or [profile.telling])[0][:40]}”", ""
    if program is not None and program.is_harmless(name):
        return "", f"{program.name} says nothing of mail in it"
    if is_harmless(name, words):
        return "", "its name speaks of something else"
    if sum("@" in word for word in words) > len(words) // 2:
        return "", "further addresses"
    if _identifies(heading, words, profile):
        return "", "it numbers the rows: each has another"
    if has_stem(name, STEMS):
        return "its name may speak of state or consent", ""
    if names_notes(name):
        return "it holds free words, which may say who left", ""
    return _question_about_values(words, profile)


def _identifies(heading: str, words: Sequence[str], profile: ColumnProfile) -> bool:
    """Whether a column holds numbers of orders, members or entries: each row has another."""
    name = folded(heading)
    is_numbered = heading.strip().strip("()").endswith("#") or heading.strip() == "#"
    is_named = is_numbered or not _OF_NUMBERS.isdisjoint(name.split()[-1:] + name.split()[:1])
    is_each_another = profile.is_full and (
        not profile.is_complete or (1 < profile.filled == len(words))
    )
    rest = " ".join(word for word in name.split() if word not in _OF_NUMBERS | _OF_ENTRIES)
    return (
        is_named
        and is_each_another
        and not has_stem(rest, (*STEMS, *LEAVING_STEMS, *_OF_KINDS))
        and all(any(map(str.isdigit, word)) for word in words)
        and not all(map(is_yes_or_no, words))
    )


def _question_about_values(words: Sequence[str], profile: ColumnProfile) -> tuple[str, str]:
    is_complete = profile.is_complete
    if all(map(is_yes_or_no, words)):
        return "it holds yes and no, or 1 and 0", ""
    if all(map(is_date, words)):
        return "it holds dates", ""
    if all(map(_AMOUNT.fullmatch, words)):
        return "", "it holds amounts"
    if _are_numbers_in_order(words, profile):
        return "", "it numbers the rows"
    if is_complete and all(map(_COUNT.fullmatch, words)):
        return "it holds small numbers", ""
    if any(map(is_remark, words)):
        return "it holds free words, which may say who left", ""
    is_few = is_complete and len(words) <= FEW_VALUES
    if is_few and not any(len(word) > MAX_WORD_LENGTH or _FREE.search(word) for word in words):
        return "it holds few different values", ""
    return "", "it holds many different values, or long ones"


def _are_numbers_in_order(words: Sequence[str], profile: ColumnProfile) -> bool:
    """Whether these are numbers of members: each another, and greater than the one before."""
    is_each_another = profile.is_full and profile.is_complete and len(words) == profile.filled
    if not is_each_another or profile.filled < _MIN_ROWS:
        return False
    numbers = [int(word) for word in words if word.isdecimal() and len(word) < MAX_WORD_LENGTH]
    return len(numbers) == len(words) and all(starmap(lt, pairwise(numbers)))


def _is_short_yes_or_no(text: str) -> bool:
    return len(text.strip()) == 1 and is_yes_or_no(text)


def _doubtful_letters(
    column: AnalysedColumn, profile: ColumnProfile, words: Mapping[str, ListState]
) -> list[str]:
    """Letters below a column of states that are codes, though they mean yes or no elsewhere.

    "N" beside "Y" is a no; beside "U", or with two of its kind, it may be anything.
    """
    values = [value for value in profile.values if folded(value) not in words]
    letters = list(filter(_is_short_yes_or_no, values))
    folds = {folded(letter) for letter in letters}
    is_one_pair = len(folds & YES) <= 1 and len(folds & NO) <= 1
    has_codes = any(status_of(value, words) is None for value in values)
    return letters if column.role == "status" and (has_codes or not is_one_pair) else []


def unknown_words(
    columns: Sequence[AnalysedColumn], file_profile: FileProfile, words: Mapping[str, ListState]
) -> list[UnknownWord]:
    """Unknown words in status columns, the most frequent first.

    Includes columns that may hold a status, so that everything is asked at once.
    """
    counted = {role: Counter(unknown) for role, unknown in file_profile.unknown.items()}
    for column in columns:
        profile = file_profile.profiles[column.place]
        for letter in _doubtful_letters(column, profile, words):
            counted.setdefault("status", Counter())[letter] = profile.values[letter]
        judge = JUDGES.get(column.guess)
        if judge is not None:
            values = profile.values
            unknown = {value: n for value, n in values.items() if judge(value, words) is None}
            counted.setdefault(column.guess, Counter()).update(unknown)
    return [
        UnknownWord(word=word, count=count, role=role)
        for role, unknown in counted.items()
        for word, count in unknown.most_common()
    ]


def refuse_words_of_two_meanings(
    columns: Sequence[AnalysedColumn], profile: FileProfile, said: Mapping[str, ListState]
) -> None:
    """
    Args:
        said: what the administrator says of words, folded.

    Raises:
        InvalidInput: a word that stands in a column of leaving, where any may mean that somebody
            left, was given a meaning for another column.
    """
    _refuse_codes_of_two_columns(columns, profile, said)
    by_role: dict[str, dict[str, str]] = {"left": {}, "status": {}, "confirmed": {}}
    for column in columns:
        for value in profile.profiles[column.place].values if column.role in by_role else ():
            by_role[column.role][folded(value)] = column.heading
    others = {**by_role["status"], **by_role["confirmed"]}
    for word, state in said.items():
        is_known = word in YES or word in NO or state in HAS_LEFT
        if not is_known and word in by_role["left"] and word in others:
            raise InvalidInput(
                f"the word {word!r} stands below “{by_role['left'][word]}”, where it may mean that "
                f"somebody left, as well as below “{others[word]}”; write yes or no in its place "
                "in a copy of the file, and import that"
            )


def _refuse_codes_of_two_columns(
    columns: Sequence[AnalysedColumn], profile: FileProfile, said: Mapping[str, ListState]
) -> None:
    """Refuse a meaning of "0" or "no" that would hold for columns which ask different things."""
    for word in said.keys() & (YES | NO):
        headings = [
            column.heading
            for column in columns
            if column.role == "status"
            and word in map(folded, profile.profiles[column.place].values)
        ]
        if len(headings) > 1:
            raise InvalidInput(
                f"{word!r} stands below “{headings[0]}” and “{headings[1]}”, and need not mean the "
                "same in both: write words such as subscribed and left in place of the codes of "
                "one in a copy of the file, and import that"
            )
