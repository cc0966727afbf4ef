"""The kind of bounce that a report's status code and words mean. Pure.

Words and codes are judged by `transports.verdicts`, as answers at sending are. A report adds what a
relay says of itself: that it gave up trying, or could not reach the next server.
"""

import re

from newsletter.transports.bounce_kinds import kind_of
from newsletter.transports.events import EventKind
from newsletter.transports.verdicts import Verdict, classify, is_about_size

_CODE = re.compile(r"(?<![\w.:#-])([45]\d\d)(?=[- ](?!\d{1,3}\.\d)|[- ][45]\.\d|$|[:,)\]])")
_ENHANCED = re.compile(r"(?<![\w.])([245])\.(\d{1,3})\.(\d{1,3})(?![\w]|\.\d)")
# A relay that gave up: what it last heard was for the time being.
_GAVE_UP = re.compile(
    r"(retry|retries|delivery|transfer|queue) (time|period|timeout|lifetime).{0,30}"
    r"(expired|exceeded|exhausted|not reached)"
    r"|(message|mail|delivery|queue|time|lifetime).{0,20} (has )?expired|timeout exceeded"
    r"|(too|in the queue for) (long|many).{0,20}(queue|days|hours)|been in the queue too long"
    r"|(couldn't|could not|unable to|not|cannot).{0,30} delivered? (for|within|in|after) "
    r"(\d+|several|too|the last)"
    r"|gave up|given up (trying|on)|retry timeout|retry limit|maximum (retries|retry|attempts)"
    r"|will not be (retried|attempted)|exceeded .{0,20}(hops|retr|lifetime|time limit)"
    r"|(retry|delivery) (count|attempts) exceeded|is too old|queue too long|delivery timed out",
    re.IGNORECASE,
)
_UNREACHABLE = re.compile(
    r"(connection|connect|connexion|session|operation).{0,60}"
    r"(timed? ?out|refused|reset|closed|lost|dropped|aborted|failed|interrupted)"
    r"|(timed? ?out|timeout) |lost connection|no route to host|network (is )?unreachable"
    r"|host (is )?(unreachable|down)|(cannot|can't|couldn't) (connect|establish)"
    r"|unable to (connect|contact|reach|establish)|mail ?loop|loops? back to|routing loop"
    r"|too many (hops|received)|hop count exceeded|not (respond|answer)ing"
    r"|temporar(y|ily) (failure|problem|error|unavailable)|server failure|no answer from host"
    r"|mail forwarding loop|servfail|dns (lookup )?(error|failure|timeout)|try again later",
    re.IGNORECASE,
)


# The command that a server refused: what stands before the recipient is about us.
_EARLY_COMMAND = re.compile(
    r"(?:after|in (?:reply|response) to|for) (?:the )?(?:[eh][eh]lo|mail from|connect|starttls|auth"
    r"|(?:initial )?(?:connection|greeting))\b",
    re.IGNORECASE,
)
_CONTENT_COMMAND = re.compile(
    r"(?:after|in (?:reply|response) to|for) (?:the )?(?:end of )?(?:data|text|message)\b",
    re.IGNORECASE,
)
# A file system's, which relays report with a code of their own system.
_DISK_QUOTA = re.compile(r"dis[ck] ?(space )?quota|edquot|overdrawn", re.IGNORECASE)
_ANSWER_LENGTH = 400


def failure_kind(status: str, words: str, stage: str = "") -> EventKind:
    """The kind of a failed delivery.

    Args:
        status: the enhanced status code that the report gives; may be empty.
        words: the server's answer or the report's own sentence, in one line.
        stage: what else may name the command that was refused.
    """
    answer, around = _answer(status, words)
    stage = f"{words} {stage}"
    verdict = classify(answer, at_content=bool(_CONTENT_COMMAND.search(stage)))
    if verdict is Verdict.UNKNOWN and around:
        verdict = classify(f"{answer} {around}")
    if _DISK_QUOTA.search(words):
        return EventKind.FULL
    is_permanent = not answer.startswith("4")
    kind = kind_of(verdict, answer, is_permanent=is_permanent)
    is_about_us = bool(_EARLY_COMMAND.search(stage)) and not is_about_size(answer)
    if kind in {EventKind.HARD, EventKind.SOFT} and is_about_us:
        return EventKind.BLOCKED if is_permanent else kind
    if verdict in _OF_SERVERS and kind is not EventKind.HARD:
        has_given_up = _GAVE_UP.search(words) or _UNREACHABLE.search(words)
        return EventKind.SOFT if has_given_up and verdict is not Verdict.POLICY else kind
    return kind


_OF_SERVERS = frozenset({Verdict.UNKNOWN, Verdict.DOMAIN, Verdict.UNCLEAR, Verdict.PACE})


def _answer(status: str, words: str) -> tuple[str, str]:
    """A server's answer with its code in front, as `classify` reads it, and what is around it."""
    if code := _told_code(words):
        others = (f for f in _CODE.finditer(words, code.end()) if f[1] != code[1])
        end = min((f.start() for f in others), default=code.start() + _ANSWER_LENGTH)
        at_end = words[code.end() : code.end() + 1] == "]"
        # A code at the end of its sentence, "[code 550]".
        answer = f"{code[1]} {words[code.end() + 1 : end]}" if at_end else words[code.start() : end]
        return answer, words[: code.start()] + words[end:]
    enhanced = _ENHANCED.search(words)
    if enhanced and enhanced[1] in "45":
        return f"{enhanced[1]}00 {words}", ""
    if status[:1] in {"4", "5"}:
        return f"{status[:1]}00 {status} {words}", ""
    return words, ""


def _told_code(words: str) -> re.Match[str] | None:
    """The first code that words follow: Sendmail puts its own before the server's.

    As in "554 <ann@example.org>... 550 Host unknown".
    """
    first = _CODE.search(words)
    if first is None:
        return None
    second = _CODE.search(words, first.end())
    if second and not re.sub(r"<[^<>\s]*>|\W", "", words[first.end() : second.start()]):
        return second
    return first


def status_in(words: str) -> str:
    """The first enhanced status code of a failure in words; empty where there is none."""
    for match in _ENHANCED.finditer(words):
        if match[1] in "45":
            return match[0]
    return ""
