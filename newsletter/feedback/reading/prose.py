"""Bounces in words only: whom they name, and why.

From before delivery status had fields, and from servers that still write as they like.
"""

import re
from collections.abc import Iterator

from newsletter.feedback.reading import address_finding
from newsletter.feedback.reading.kinds import failure_kind, status_in
from newsletter.feedback.reading.message import MAX_RECIPIENTS, Fields, Returned
from newsletter.feedback.reading.report import RecipientFinding
from newsletter.transports.events import EventKind

_SENDER = re.compile(
    r"mailer[-_ ]?daemon|post_master"
    r"|mail[-_ ]?(?:delivery|daemon|system|admin|router|server|sweeper|marshal)"
    r"|postmaster|mdaemon|delivery[-_ ]?(?:subsystem|system|agent|failure|status)"
    r"|internet mail|system administrator|message (?:transfer|router)|undeliver|non-?delivery"
    r"|mail ?gateway|bounce",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"""
      undeliver|non[- ]?deliver|not[ ]delivered|indeliverable|returned?[ ](?:mail|message|email)
    | (?:mail|message|delivery|transport|transaction|notification)[ :-]*
        (?:status[ ]notification|delivery[ ]|system[ ]|server[ ])*
        (?:fail|error|problem|report|return|bounce|rejected|refused|undelivered|denied|notification)
    | (?:fail(?:ed|ure)|error|problem|unable|could(?:n't|[ ]not)|cannot|can't)\b.{0,40}
        (?:deliver|send|mail|notice|transport)
    | failure[ ]notice|delivery[ ](?:status|has[ ]failed|notification|incomplete|delayed)
    | user[ ]unknown|unknown[ ](?:user|address|recipient)|mailbox[ ](?:full|unavailable)
    | nondeliverable|warning:.{0,30}(?:could[ ]not[ ]send|delay|message|mail)
    | mail[ ](?:delivery[ ])?warning
    | 失[败敗]|退信|无法投递
    | unzustellbar|unzustellbare|non[ ]remis|non[ ]distribu|[ée]chec|no[ ]entregad|devuelt
    | nicht[ ]zugestellt|niedor[ęe]cz|zwrot|onbestelbaar|mancata[ ]consegna
    | quota[ ]exceed|over[ ]quota
    | 配信|エラー|送信できません|delivery[ ]error|rejected:|blocked|spam.{0,20}(?:detect|reject)
    | virus.{0,20}(?:found|detect)|banned|content[ ]filter|considered[ ]unsolicited
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SAYS_FAILED = re.compile(
    r"""
      (?:could|can|was|were|is|are|did|does|has|have|be)(?:n't|not|[ ]not)[ ](?:be[ ]|been[ ])?
        (?:able[ ]to[ ])?(?:deliver|sent|reach|accept|process|found|complet|relay|forward)
    | (?:unable|failed|failure|impossible|error|not[ ]able)[ ](?:to[ ]|in[ ]|while[ ])?
        (?:deliver|send|relay|forward|reach|process)
    | undeliver|permanent(?:ly)?[ ](?:fatal[ ])?(?:error|fail)|fatal[ ]error
    | delivery[ ](?:to[ ]the[ ]following|has[ ])?\s*(?:recipient)?.{0,30}fail
    | (?:user|recipient|mailbox|address|account|host|domain)\b.{0,30}\b
        (?:unknown|not[ ]found|invalid|does[ ]?n[o']t[ ]exist|unavailable|disabled|full)
    | unknown[ ](?:user|recipient|mailbox|address|host)|no[ ]such[ ](?:user|recipient|mailbox)
    | was[ ](?:rejected|refused|returned|not[ ]delivered)|无法|失[败敗]
    | not[ ]a[ ](?:valid|known)[ ](?:user|recipient|mailbox|address)
    | been[ ](?:rejected|refused|returned|blocked)
    | (?<![\d.])5\d\d[ -](?:[#(]?5\.\d\.\d|\w)|(?<![\d.])5\.\d\.\d(?![\d.])
    | over[ ](?:its[ ])?quota|quota[ ]exceeded|mailbox[ ](?:is[ ])?full|rejected[ ](?:your|the|this)
    | blocked|returned[ ]to[ ](?:you|sender)|bounced|nicht[ ]zugestellt|unzustellbar|pas[ ]pu
    | remis|niedor[ęe]cz|nie[ ]mo[żz]|配信|送信でき|エラー|届け
    """,
    re.IGNORECASE | re.VERBOSE,
)
_EXPLICIT = re.compile(
    r"could not be delivered to\b|unable to deliver message to|has been postponed due to"
    r"|送信できませんでした|(?:was|were) not delivered to ?:"
    r"|did not reach the following recipient|undeliverable to the following",
    re.IGNORECASE,
)
_REPORT = re.compile(r"(?:non-?delivery|undeliver|delivery (?:status|fail))", re.IGNORECASE)
_DELAYED = re.compile(
    r"(?:still|will|continue[s]?) (?:be |to )?(?:try|trying|retry|retried|attempt|keep)"
    r"|(?:delivery|message).{0,40}(?:delayed|deferred)|not (?:yet )?been delivered yet"
    r"|not yet been delivered|not been delivered .{0,60}(?:after|for) more than"
    r"|attempts will continue|kept in the queue|this is a warning|warning (?:message )?only"
    r"|you do not need to (?:resend|do)"
    r"|no action is required on your part|has been delayed|temporarily delayed"
    r"|could not be delivered for .{0,40}will",
    re.IGNORECASE,
)
_DELAYED_SUBJECT = re.compile(
    r"\(delay\)|\bdelayed\b|^warning: (?:message|could not send)|still being retried"
    r"|status notification: warning",
    re.IGNORECASE,
)
_GAVE_UP = re.compile(
    r"gave up|given up|giving up|permanent|returned|(?<!not )fatal|has failed"
    r"|could not be delivered within|will not be retried",
    re.IGNORECASE,
)
# What is said of a failure that has not happened.
_ON_CONDITION = re.compile(r"(?:notified|informed|told) if .{0,60}permanently", re.IGNORECASE)
# After this only the recipients follow; before it the mail is described.
_FOLLOWING = re.compile(r"did not reach the following recipient(?:\(s\)|s)? ?:?", re.IGNORECASE)
_LINE_OF_RECIPIENT = re.compile(
    r"^[ \t>*-]*(?:[45]\d\d[ -]+)?(?:to:?[ ])?[<(\[\"']?([^\s<>()\[\]\"']{1,255}@[\w.-]{1,255}\w)"
    r"(?=[\s:;,.)\]>(\"'-]|$)",
    re.MULTILINE | re.IGNORECASE,
)
_NAMED = re.compile(
    r"""\b(?:rcpt[ ]to|recipient(?:[ ]address)?|to|user|address(?:ee)?|mailbox|for|account
        |deliver(?:ed|y)?[ ]to|sent[ ]to|send[ ]to|message[ ]to|mail[ ]to
        |addressed,?|empf[aä]nger|宛先?)
        [ ]?(?:\(s\))?(?:[ ]*[:=][ ]*|[ ]+|(?=<))<?"?([^\s<>()\[\]"',;:]{1,255}@[\w.-]{1,255}\w)""",
    re.IGNORECASE | re.VERBOSE,
)
_NOTICE_OF_WORDS = 1200


def is_from_server(headers: Fields) -> bool:
    """Whether headers are those of a mail server's own mail."""
    sender = str(headers.get("from", "<>")).strip()
    return sender in {"", "<>"} or bool(_SENDER.search(sender))


def is_bounce(returned: Returned) -> bool:
    """Whether a mail without status fields reports that a mail did not arrive."""
    if returned.headers.get("x-failed-recipients"):
        return True
    sender = is_from_server({"from": returned.header("from") or "x"})
    text = " ".join(returned.text[:6000].split())
    if not sender and (returned.headers.get("list-id") or returned.headers.get("list-post")):
        # A gateway that answers may copy the headers of our own mail.
        return bool(_REPORT.match(returned.header("subject")) and _EXPLICIT.search(text[:300]))
    is_null = returned.header("return-path").strip() in {"<>", "<MAILER-DAEMON>"}
    subject = bool(_SUBJECT.search(returned.header("subject")))
    says = bool(_SAYS_FAILED.search(text))
    is_report = returned.content_type == "multipart/report" or "delivery-status" in str(
        returned.headers.get("content-type", "")
    )
    signs = sender + is_null + subject + is_report
    if signs >= 2 and (says or subject):
        return True
    is_explicit = bool(_EXPLICIT.search(text[:1500]))
    if not signs:
        return is_explicit and bool(returned.original)
    return is_explicit or (says and bool(returned.original or sender))


def findings(returned: Returned) -> list[RecipientFinding]:
    """What the words say of each recipient; one without a recipient where they name none."""
    words = _ON_CONDITION.sub("", " ".join(returned.text.split()))
    subject = returned.header("subject")
    is_delayed = bool(_DELAYED_SUBJECT.search(subject)) or (
        bool(_DELAYED.search(words)) and not _GAVE_UP.search(words)
    )
    addresses = recipients(returned)[:MAX_RECIPIENTS]
    if not addresses:
        return [_finding("", returned.text, is_delayed=is_delayed)]
    return [_finding(address, returned.text, is_delayed=is_delayed) for address in addresses]


def recipients(returned: Returned) -> list[str]:
    """The failed recipients that a mail names, in its order."""
    failed = returned.header("x-failed-recipients")
    if failed:
        return _distinct(address_finding.of_header(failed))
    ours = _ours(returned)
    described, _, following = _FOLLOWING.sub("\0", returned.text, count=1).partition("\0")
    text = following if address_finding.ADDRESS.search(following) else described + following
    named = _distinct(a for a in _named(text) if a.lower() not in ours)
    original_to = address_finding.of_header(returned.original.get("to", ""))
    if named:
        return named
    addresses = _distinct(
        address
        for place, address in address_finding.in_text(text)
        if address.lower() not in ours
        and not address_finding.is_software(address)
        and not text[:place].rstrip(" <").lower().endswith(" from")
    )
    if original_to and (
        both := [a for a in addresses if a.lower() in {o.lower() for o in original_to}]
    ):
        return both
    return addresses[:1] or _distinct(original_to)[:1] or _of_dragonfly(returned)


def _of_dragonfly(returned: Returned) -> list[str]:
    """The recipient in the header that the DragonFly Mail Agent writes it to."""
    headers = [(name.lower(), str(value)) for name, value in returned.headers.raw_items()]
    if not any(name == "received" and "DragonFly Mail Agent" in value for name, value in headers):
        return []
    # The servers after it add one of theirs before.
    written = [value for name, value in headers if name == "x-original-to"]
    return address_finding.of_header(written[-1])[:1] if written else []


def _named(text: str) -> Iterator[str]:
    """Addresses on lines of their own, or introduced as the recipient."""
    lines = [address_finding.tidy(match[1]) for match in _LINE_OF_RECIPIENT.finditer(text)]
    yield from (line for line in lines if address_finding.ADDRESS.fullmatch(line))
    if not lines:
        for match in _NAMED.finditer(text):
            address = address_finding.tidy(match[1])
            if address_finding.ADDRESS.fullmatch(address) and not address_finding.is_software(
                address
            ):
                yield address


def _ours(returned: Returned) -> set[str]:
    """Addresses of the sender and of the machine that reports."""
    ours: set[str] = set()
    for value in (
        returned.header("from"),
        returned.header("to"),
        returned.header("delivered-to"),
        returned.header("x-original-to"),
        returned.original.get("from", ""),
        returned.original.get("return-path", ""),
        returned.original.get("sender", ""),
        returned.original.get("message-id", ""),
        returned.header("message-id"),
    ):
        ours.update(address.lower() for address in address_finding.of_header(value))
    return ours


def _finding(recipient: str, text: str, *, is_delayed: bool) -> RecipientFinding:
    words = _words_about(text, recipient)
    whole = " ".join(text[:4000].split())
    status = status_in(words) or status_in(whole)
    if is_delayed:
        kind = EventKind.DELAYED
    else:
        kind = failure_kind(status, words)
        if kind is EventKind.SOFT:
            kind = failure_kind(status, whole)
    original = address_finding.led_from(text, recipient)
    return RecipientFinding(
        kind=kind, recipient=recipient, original=original, status=status, reason=words[:1000]
    )


def _words_about(text: str, recipient: str) -> str:
    """The words from a recipient's address on, or all of them."""
    place = text.find(recipient) if recipient else -1
    # From the beginning of the line: old servers put the code there.
    begin = text.rfind("\n", 0, place) + 1 if place >= 0 else 0
    rest = text[begin : begin + _NOTICE_OF_WORDS]
    words = " ".join(rest.split())
    # The address in the last line: what is said stands before it.
    return words if len(words) > len(recipient) + 20 else " ".join(text[:4000].split())


def _distinct(addresses: Iterator[str] | list[str]) -> list[str]:
    seen: dict[str, str] = {}
    for address in addresses:
        seen.setdefault(address.lower(), address)
    return list(seen.values())
