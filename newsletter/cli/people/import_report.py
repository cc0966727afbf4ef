"""Messages of an import: how each column is read, and all questions at once."""

import shlex
from collections.abc import Mapping, Sequence

from subscribers.importing.analysis import FileAnalysis
from subscribers.importing.guesses import OPEN
from subscribers.importing.questions import UNREAD, AnalysedColumn, UnknownWord
from subscribers.importing.report import short
from subscribers.importing.values.headings import ROLES
from subscribers.importing.values.states import ListState

CHOICES = (
    ("left", "a yes, a date or a reason there means that they left; empty or a no: they did not"),
    (
        "status",
        "how they stand: a yes or a date is subscribed, a no left, nothing at all not confirmed",
    ),
    ("confirmed", "a yes or a date there means that they confirmed; empty or a no: they did not"),
    (
        "notes",
        "free words: who is said there to have left has left; with other words they stay pending",
    ),
    ("doubtful", "whoever has something in it may have left: they stay unconfirmed"),
    (
        "event",
        "of a log with several rows a person: with moment=COLUMN, the latest event decides",
    ),
    (
        "expires",
        "until when they are members or agree: once that is over they stay unconfirmed",
    ),
    ("name, first_name, last_name or joined", "what they are called, and since when they are here"),
    ("ignored", "it says nothing of who may be mailed"),
)


def described(examination: FileAnalysis) -> list[str]:
    """A line for each column, then the assumptions."""
    lines = [_line(column) for column in examination.columns]
    rows = f"{examination.rows} rows"
    misfits = examination.fitness.misfits
    if misfits:
        rows += f", and {misfits} whose cells cannot be told apart"
    return [f"{rows}:", *lines, *examination.notes]


def asked(
    lists: Mapping[str, FileAnalysis], command: Sequence[str], missing: Sequence[str] = ()
) -> str:
    """All questions to answer before lists are imported, with the command to do so.

    Args:
        lists: by the names of their files.
        missing: options that have to be given besides the answers.
    """
    parts: list[str] = []
    answers: list[tuple[str, str]] = []
    for file, examination in lists.items():
        if not examination.is_clear:
            parts += ["", *_questions(examination, file)]
            answers += [each for each in _answers(examination) if each not in answers]
    options = [option for role, value in answers for option in (role, value)]
    full = [*command, *missing, *options]
    parts += ["", "The whole command:", "", f"  {shlex.join(full)}"]
    if any("?" in answer for answer in full[len(command) :]):
        parts += ["", "Put in place of each ? what you know; of people in doubt say left."]
    return "\n".join(parts[1:])


def _questions(examination: FileAnalysis, file: str) -> list[str]:
    parts = [f"{file}: nobody has been imported. Say first what is meant:"]
    columns, words = examination.open_columns, examination.words
    if columns:
        parts += ["", *(line for column in columns for line in _question(column))]
        parts += ["", "Each of these columns is one of:"]
        parts += [f"  {role}: {meaning}" for role, meaning in CHOICES]
        parts += ["  attribute.NAME: keep it for segments; it says nothing of who may be mailed"]
    if words:
        parts += ["", *_words(words)]
    if examination.date:
        parts += [
            "",
            f"The date {examination.date} can be read in two ways: --dates day-first or",
            "--dates month-first.",
        ]
    if examination.name:
        parts += [
            "",
            f"The name {examination.name} may say how everybody in it stands: --state,",
            f"one of {', '.join(ListState)}.",
        ]
    return parts


def without_states(files: Sequence[str]) -> str:
    """The message for an archive with lists that do not tell how their people stand."""
    return (
        f"nobody has been imported. How everybody stands in {', '.join(files)} may be told by the "
        "name alone: unpack the archive, and import each list by itself, first those of people who "
        f"left or bounced, with --state, one of {', '.join(ListState)}"
    )


def untrusted(examination: FileAnalysis, file: str) -> str:
    """The message for a file too damaged to confirm anyone of."""
    fitness = examination.fitness
    return (
        f"{file}: nobody has been imported. Of {fitness.people} rows with an address the cells of "
        f"{fitness.misfits} cannot be told apart, and {fitness.strays} others fit no column: the "
        "file cannot be trusted to its end. Open it in a spreadsheet, mend what is shifted there "
        "and save it as CSV, UTF-8; or import it with --unconfirmed instead of --consent: nobody "
        "is confirmed, and who left is suppressed"
    )


def _answers(examination: FileAnalysis) -> list[tuple[str, str]]:
    """Options, each with what is suggested for it."""
    answers = [
        ("--column", f"{column.guess}={column.heading}") for column in examination.open_columns
    ]
    answers += [("--status", f"{word.word}=?") for word in examination.words]
    if examination.date:
        answers += [("--dates", "?")]
    if examination.name:
        answers += [("--state", "?")]
    return list(dict.fromkeys(answers))


def _question(column: AnalysedColumn) -> list[str]:
    guess = "" if column.guess == OPEN else f" Suggested: {column.guess}."
    lines = [
        f"The column “{column.heading}” may tell who left or agreed: {column.question}.",
        f"  It has {_values(column)}.{guess}",
    ]
    if column.codes and column.question:
        options = shlex.join(
            option for code in column.codes for option in ("--status", f"{code}=?")
        )
        lines += [
            (
                "  If it is status or left, say besides what each of its words means: "
                f"{options}, each ? one of {', '.join(ListState)}."
            )
        ]
    return lines


def _words(words: Sequence[UnknownWord]) -> list[str]:
    counted = ", ".join(f"“{each.word}” in {each.count} rows" for each in words)
    return [
        f"It is not known what these words of states mean: {counted}.",
        f"Say it with --status WORD=STATE, STATE one of: {', '.join(ListState)}.",
    ]


def _line(column: AnalysedColumn) -> str:
    role = "not read" if column.role == UNREAD else _named(column.role)
    reason = column.question or column.why
    return f"  {column.heading}: {role} ({reason}); {_values(column)}"


def _named(role: str) -> str:
    return role.replace("_", " ") if role in ROLES else role


def _values(column: AnalysedColumn) -> str:
    if not column.filled:
        return "no values"
    count = f"more than {column.different}" if column.is_more else str(column.different)
    kind = "value" if column.different == 1 else "different values"
    samples = ", ".join(map(short, column.samples))
    return f"{count} {kind}, such as {samples}"
