"""Delivery status notifications (RFC 3464): fields for each recipient."""

import re
from collections.abc import Iterator
from itertools import islice

from newsletter.feedback.reading import address_finding
from newsletter.feedback.reading.kinds import failure_kind, status_in
from newsletter.feedback.reading.message import MAX_RECIPIENTS, Fields, Returned, decoded
from newsletter.feedback.reading.report import RecipientFinding
from newsletter.transports.events import EventKind

_ACTIONS = {
    "failed": None,
    "failure": None,
    "delayed": EventKind.DELAYED,
    "delivered": EventKind.SUCCESS,
    "deliverable": EventKind.SUCCESS,
    "relayed": EventKind.SUCCESS,
    "expanded": EventKind.SUCCESS,
}
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_TYPED = re.compile(r"^\s*(?:x-)?[\w-]{1,30}\s*;\s*", re.IGNORECASE)
_RECIPIENT_FIELDS = (
    "final-recipient",
    "original-recipient",
    "x-actual-recipient",
    "x-failed-recipient",
)
# Of services that hold a mail until its sender answers; not of servers that are to be announced.
_CHALLENGE = re.compile(
    r"not pre-approved|boxbe|(?<!server )requires confirmation|confirm your address", re.IGNORECASE
)
_NEXT_ENTRY = re.compile(
    r"\n[ \t\r]*\n|\n[ \t]*<?[^\s<>@]{1,64}@[^\s<>@]{1,255}>?:?[ \t\r]*(?=\n|<|host)"
)
# What says nothing: the report's words tell more.
_VAGUE_STATUS = re.compile(r"[45]\.(?:0\.0|1\.0|2\.0|3\.0|5\.0|0\.[19]\d\d)$")


def findings(returned: Returned) -> Iterator[RecipientFinding]:
    """What the status fields say of each recipient."""
    groups = (group for group in returned.groups if group.keys() & set(_RECIPIENT_FIELDS))
    for group in islice(groups, MAX_RECIPIENTS):
        yield _finding(group, returned)


def _finding(group: Fields, returned: Returned) -> RecipientFinding:
    final = address_finding.of_field(decoded(group.get("final-recipient", "")))
    original = address_finding.of_field(decoded(group.get("original-recipient", "")))
    actual = address_finding.of_field(decoded(group.get("x-actual-recipient", "")))
    is_routed = final.startswith("@")  # a source route (RFC 5321, appendix C)
    recipient = (original if is_routed else final) or original or actual
    original = original or address_finding.led_from(returned.text, recipient)
    diagnostic = _diagnostic(group)
    status = _status(group, diagnostic)
    is_vague = not status or bool(_VAGUE_STATUS.match(status))
    answer_words = _words_about(returned.text, recipient or original)
    words = diagnostic or (answer_words if is_vague else "")
    action = group.get("action", "").split(" ")[0].strip("<>;").lower()
    if _CHALLENGE.search(words):
        return RecipientFinding(kind=EventKind.AUTOREPLY, recipient=recipient, reason=words[:1000])
    kind = _ACTIONS.get(action) if action in _ACTIONS else _kind_without_action(status)
    if kind is None:
        stage = _entry_of(returned.text, recipient or original)
        kind = failure_kind(status, words, stage)
        if kind is EventKind.SOFT and (not diagnostic or is_vague) and answer_words:
            # The sentence for people may say what the fields leave open.
            kind = failure_kind(status, f"{words} {answer_words}", stage)
    return RecipientFinding(
        kind=kind,
        recipient=recipient,
        original=original if original.lower() != recipient.lower() else "",
        status=status,
        reason=(words or answer_words)[:1000],
    )


def _diagnostic(group: Fields) -> str:
    for name in ("diagnostic-code", "x-supplementary-info", "x-notes", "x-postfix-reason"):
        text = " ".join(_TYPED.sub("", group.get(name, "")).split())
        again = " ".join(_TYPED.sub("", group.get(f"{name}-again", "")).split())
        if text or again:
            return f"{text} {again}".strip()
    return ""


def _status(group: Fields, diagnostic: str) -> str:
    """The most telling status code: a server's own rather than the relay's "5.0.0"."""
    match = _STATUS.search(group.get("status", ""))
    status = match[0] if match else ""
    inner = status_in(diagnostic)
    return inner if inner and (not status or _VAGUE_STATUS.match(status)) else status


def _kind_without_action(status: str) -> EventKind | None:
    return EventKind.SUCCESS if status.startswith("2") else None


def _words_about(text: str, recipient: str) -> str:
    """What the words for people say of a recipient: from their address to the next gap."""
    place = text.lower().find(recipient.lower()) if recipient else -1
    rest = text[place:] if place >= 0 else text
    return " ".join(rest[:1500].split())


def _entry_of(text: str, recipient: str) -> str:
    """A recipient's own lines of the words for people: to the next gap or recipient.

    Postfix and Exim name the refused command there, and only the reply in the fields.
    """
    place = text.lower().find(recipient.lower()) if recipient else -1
    if place < 0:
        return ""
    rest = text[place + len(recipient) : place + 1500]
    return " ".join(_NEXT_ENTRY.split(rest, maxsplit=1)[0].split())
