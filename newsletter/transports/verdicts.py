"""Classifies mail servers' replies by their subject: recipient, domain, message, sender.

Shared by sending and bounce processing. The reply code's first digit says whether a refusal is
temporary (4) or permanent (5); the verdict says whom it concerns. Pure, and independent of the
command: servers refuse a sender at RCPT and a recipient after the content.

Text is matched before codes, since many servers send a code that means something else (550 5.7.1
for an unknown user, 554 for anything). Enhanced status codes: RFC 3463, RFC 5248 and the IANA
registry; basic codes: RFC 5321, 4.2.3. Each product's texts and their sources are in
tests/data/smtp_answers.tsv.
"""

import re
from datetime import timedelta
from enum import StrEnum
from functools import cache


class Verdict(StrEnum):
    """Whom a reply concerns."""

    RECIPIENT = "recipient"  # the address: unknown, disabled, malformed
    FULL = "full"  # the mailbox is over its quota
    BUSY = "busy"  # the mailbox, temporarily: locked, or receiving too much
    RESTRICTED = "restricted"  # the recipient accepts mail from some senders only
    GREYLISTED = "greylisted"  # the same mail is to be retried later
    MESSAGE = "message"  # the message: its size or format
    DOMAIN = "domain"  # the recipient's domain or its servers
    UNCLEAR = "unclear"  # one mailbox or the whole domain: only several recipients tell
    PACE = "pace"  # throttling: we send too fast or too much
    POLICY = "policy"  # our reputation, authentication or content: spam, blocklists, DMARC
    CONFIGURATION = "configuration"  # our configuration: relaying, login, sender address
    ERROR = "error"  # an error of our own: no server was asked
    UNKNOWN = "unknown"  # cannot be classified


REFUSES_US = frozenset({Verdict.PACE, Verdict.POLICY, Verdict.CONFIGURATION})
"""Verdicts that never count against a recipient."""

V = Verdict
_MAILBOX = r"(user|mail-?box|rcpt|recipient|address|account|e-?mail( address)?|person)"
_GREYLISTED = (
    r"gr[ea]y-?list",
    # OpenBSD's spamd, spamd(8).
    r"temporary failure, please try again later",
    # Mimecast, "SMTP error codes": greylisting.
    r"internal resources? (is |are )?temporarily unavailable",
    r"temporary envelope failure",
)
# Of our address and name, though some speak of a lookup that failed.
_OUR_NAME = (
    r"ip name lookup|my name was rejected|unverif\w+ sending ips?|mismatch(es)? (client )?ip",
    r"from:? ?(header|address|domain).{0,20}(is )?(invalid|not valid)|provide a valid from",
)
_DOMAIN = (
    r"(host|domain)( name)? (is )?(unknown|not found|does not exist|has no|doesn't exist)",
    r"no such (domain|host)|unknown (domain|host)|host or domain name not found|null ?mx",
    r"all relevant mx records|domain .{0,40}does not accept mail|recipient domain",
    r"domain is not reachable|unrouteable mail domain",
    r"unable to route|no route to|too many hops|(mail|message|routing) loop",
    r"insufficient system (storage|resources)|out of memory|(system|server) is (down|offline)",
    r"could not connect|connection (refused|timed out)|lookup fail|temporary lookup failure",
    r"name or service not known|no mx records? (found|for)|indicated no smtp service",
)
_CONFIGURATION = (
    r"relay(ing)?( access)?( is)? (denied|not (permitted|allowed)|prohibited|forbidden)",
    r"(unable|not (permitted|allowed)|cannot|not authori[sz]ed|refuse) to relay|rcpthosts",
    r"no relay|relaying (mail )?(to|from|through)|'send mail as'|does not advertise auth",
    r"(we )?do(es)? not relay|don't relay|not (configured|set up) to relay|not an open relay",
    r"auth(entication|entification)? (is )?(required|needed)|smtp auth|must authenticate",
    r"(not|un)authenticated (connection|client)|client was not authenticated|log ?in first",
    r"must issue a starttls|tls (is )?required|encryption (is )?(required|needed)",
    r"sender (address )?(is )?(rejected|invalid|denied)|sender verif(y|ication) fail",
    r"invalid sender|verification failed for|domain of sender|sender domain|sender not verified",
    r"badmailfrom|sorry, your envelope sender|envelope sender is (in|not)|bad sender",
    r"not (allowed|authori[sz]ed|permitted) to send( mail)? (from|as|using)|sendasdenied",
    r"permissions? to send as|not owned by user",
    r"(email|from|sender)( address)? (address )?is not verified|unauthori[sz]ed sender",
    r"account (is )?(not enabled|disabled) for sending|administrative prohibition",
)
_RECIPIENT = (
    rf"(unknown|no such|invalid|bad|non-?existent) (virtual |local |destination )*{_MAILBOX}",
    r"unknown local[- ]part|unknown or illegal alias|unknown (mail)?box|no such mail drop",
    rf"invalid (final |delivery )*user ?(id|name)|(disabled|inactive|closed|suspended) {_MAILBOX}",
    rf"not listed in (the )?(domino|public|server|local|directory|address)|no valid {_MAILBOX}",
    r"(recipient|account|compte)( \w+){0,3} (is |est )?(blocked|bloque|locked out)",
    r"no mail ?box(es)? (found|available)|casilla ha expirado|ambiguous (recipient|address)",
    r"no such account|no account (by|with) (this|that) name",
    r"utilisateur (inconnu|introuvable)|(empf[aä]nger|adresse|benutzer) (ist )?unbekannt",
    r"(destinatario|usuario|utente|direcci[oó]n) (desconocid|sconosciut|no existe|inesistente)",
    r"(nie istnieje|nieznany (u[zż]ytkownik|odbiorca)|brak takiego|用户不存在|宛先不明)",
    r"(アドレス|ユーザ|宛先|ディレクトリ).{0,20}(存在し|見つか|不明|ありません)",
    rf"{_MAILBOX} .{{0,60}}(does not|doesn't|does'nt|do not) (exist|have an? .{{0,40}}account)",
    r"rcpt .{0,60}(does not|doesn't|dosn't) exist|account .{0,12}or domain may not exist",
    r"(adresse|utilisateur|bo[iî]te|compte)\b.{0,60}n'existe pas|final e?-?mail delivery point",
    rf"{_MAILBOX} (is )?(unknown|not (found|known)|not (be )?found|invalid|not valid|not listed)",
    r"(does not|doesn't) have an? .{0,40}account|is not a (valid|known) (user|mailbox|address)",
    rf"not (a )?(valid|known|existing|local) {_MAILBOX}|not our customer",
    rf"{_MAILBOX} .{{0,60}}(disabled|inactive|suspended|deactivated|closed|expired)",
    rf"{_MAILBOX} .{{0,60}}(discontinued|terminated|marked as invalid)",
    r"no longer (accepts mail|available|in use|valid|active|on server|with)",
    r"no mailbox (here|by that)|no (such )?one (here )?(by|with) that|addressee unknown",
    r"recipient (address )?rejected: (access denied|user|undeliverable|unverified|invalid|no )",
    r"undeliverable address|unrouteable address|unroutable address|recip(ient)?notfound",
    r"e-?mail account that you tried to reach does not exist|delivery to this address",
    r"rejected recipient|recipient (not|is not) (accepted|exist)|recipient verif(y|ication) fail",
    r"callout verification failed|need fully-qualified|bad address syntax|malformed address",
    r"badrcptto",
)
_FULL = (
    r"(over|exceed(s|ed|ing)?|above|out of) (its |the |their |his |disk )*(quota|storage)",
    r"over-?quota|quotaexceeded|quota (is |has been |usage )?(exceeded|full|reached)",
    r"exceeded storage allocation",
    rf"({_MAILBOX}|inbox|mailfolder|maildir|mbox|storage)('s mailbox)? (is )?(almost )?full",
    r"(mailbox|recipient) (has )?(exceed|is over)|insufficient (mailbox |disk )?(quota|storage)",
    r"(not|too little) enough (storage )?space|(mail ?box|disk) space (is )?(not enough|exhausted)",
    r"mailbox size limit|too many messages (in|on)",
    r"mailbox.{0,40}(is|are|has) (been )?(full|over)|full mailbox|quota violation|disk quota",
    r"storage (quota|limit|space).{0,30}(exceed|full|reach)|mailbox limit",
    r"(bo[iî]te|casella|buz[oó]n|postfach|skrzynka).{0,40}(plein|pien|llen|voll|pe[lł]n)",
    r"メールボックス.{0,10}(一杯|いっぱい|満杯|容量)|邮箱.{0,6}满|邮箱空间不足",
)
_BUSY = (
    r"(mailbox|user|account|recipient)( is)? (temporarily )?(busy|locked|unavailable)",
    r"receiving mail (too quickly|at a rate)|rate limit(ed)? for (this )?(user|recipient)",
    r"mailbox temporarily|currently (being )?(accessed|in use)|unable to lock",
)
# Failures of a server's own, whatever the code.
_SYSTEM = (
    r"mailer error|internal (system |server |software )?error|system error|i/o error|local error",
    r"service (is )?(currently |temporarily )?(un|not )available|configuration error",
    r"command died|unexpected (error|failure)|(can't|cannot|unable to) create (output|file)",
)
_MESSAGE = (
    r"(message|mail|body|content)( size)? .{0,20}(too (large|big|long)|exceed)",
    r"too much mail data",
    r"(size|length) (limit|exceeds)|maximum (message )?size",
    r"larger than the (current )?(system|max)|line (is )?too long|line limit|bare (lf|cr|newline)",
    r"exceed(s|ed)? (the )?(maximum|max|size|message|limit).{0,30}(size|length|bytes|message)",
    r"not rfc ?5?[23]?8?22|missing (a )?(valid )?.{0,20}header",
    r"header.{0,30}(malformed|missing|duplicate)|smtputf8|8-?bit",
)
_RESTRICTED = (
    r"recipient not authori[sz]ed",
    r"not (authori[sz]ed|permitted|allowed) to (send|post) (mail |messages? )?to (the|th[ai][st])",
    r"restrict(s|ed|ion).{0,40}(who|sender|recipient)|only accepts? (mail|messages?) from",
    r"(blocked|rejected|denied|refused) by (the )?(recipient|user)",
    r"recipient (has |does )?(block|not want)",
    r"not accept(ing|ed)? (your )?mail from|manually blocked sender|permission to (send|post)",
    r"moderat(ed|or)|members? only",
    r"groups\.google\.com/support|投稿する権限|not a? ?member of|only members",
    r"closed ((mailing )?list|group)",
)
# Exchange: restrictions set by the recipient, even where the text speaks of authentication.
_SET_BY_RECIPIENT = (r"resolver\.rst(?!\.\w*size)",)
_QUOTA_OF_OURS = (r"(daily|hourly|monthly|sending) ((user|message|mail|sending) )*(quota|limit)",)
_PACE = (
    r"too (many|fast|much|frequent|quick)|rate[- ]?limit|rate (is )?exceed|unusual rate|throttl",
    r"(sending|daily|hourly|message|mail|relay|user|smtp|email)s? ?(sending )?(limit|quota)",
    r"(limit|quota) (has been )?(exceeded|reached)|exceeded the (max|number|limit|rate)",
    r"server (is )?(too )?busy|maximum (load|connections)|concurrent|try again later, closing",
    r"unable to process connection|slow down|deferred due to (unexpected volume|rate)",
)
_POLICY = (
    r"spam|junk|unsolicited|bulk mail|(block|black|deny|reject)[- ]?list|on our list|rbl|dnsbl",
    r"block(ed|ing)|listed (in|at|by|on|with)|reputation|policy|policies|complain|abus(e|ive)",
    r"dmarc|\bspf\b|dkim|sender id|authentication (fail|check)|unauthenticated|not authenticated",
    r"(content|message) .{0,30}(rejected|refused|denied|not accepted|not allowed|filter)",
    r"virus|malware|phish|infected|banned|suspicious|prohibited|forbidden|blackholed",
    r"reverse (dns|hostname|lookup)|ptr (record)?|no rdns|hostname|helo command rejected",
    r"not allowed to connect|client host rejected",
    r"(connection|access|service|delivery|mail) (denied|refused)",
    r"(connection|access|service|delivery|mail) not authori[sz]ed",
    r"(mail|message|e-?mail)( is| was| has been| have been)? (rejected|rejete|declined|bounced)",
    r"administrativ|cannot be delivered due|cloudmark|score|(white|allow)[- ]?list",
    r"(your|sending|this) (mail )?server (requires|needs) confirmation",
)


# The first matching rule decides, so narrower ones come first.
_RULES: tuple[tuple[Verdict, tuple[str, ...]], ...] = (
    (V.GREYLISTED, _GREYLISTED),
    (V.RESTRICTED, _SET_BY_RECIPIENT),
    (V.CONFIGURATION, _CONFIGURATION),
    (V.POLICY, _OUR_NAME),
    (V.PACE, _QUOTA_OF_OURS),
    (V.RESTRICTED, _RESTRICTED),
    (V.FULL, _FULL),
    (V.DOMAIN, _DOMAIN),
    (V.BUSY, _BUSY),
    (V.RECIPIENT, _RECIPIENT),
    (V.MESSAGE, _MESSAGE),
    (V.POLICY, _POLICY),
    (V.UNCLEAR, _SYSTEM),
    (V.PACE, _PACE),
)
# By subject and detail; None matches all other details of the subject.
_DETAILS: dict[tuple[int, int | None], Verdict] = {
    (0, None): V.UNCLEAR,
    (1, None): V.RECIPIENT,
    (1, 2): V.DOMAIN,
    (1, 7): V.CONFIGURATION,
    (1, 8): V.CONFIGURATION,
    (2, None): V.RECIPIENT,
    (2, 2): V.FULL,
    (2, 3): V.MESSAGE,
    (3, None): V.UNCLEAR,
    (3, 1): V.DOMAIN,
    (3, 2): V.DOMAIN,
    (3, 4): V.MESSAGE,
    (3, 5): V.DOMAIN,
    (4, None): V.DOMAIN,
    (5, None): V.UNKNOWN,
    (6, None): V.MESSAGE,
    (7, None): V.POLICY,
    (7, 2): V.RESTRICTED,
    (7, 8): V.CONFIGURATION,
    (7, 9): V.CONFIGURATION,
    (7, 10): V.CONFIGURATION,
    (7, 11): V.CONFIGURATION,
    (7, 14): V.CONFIGURATION,
}
# Specific enough to need no text: RFC 7293, and Exchange Online's restricted recipients.
_CERTAIN = {
    **dict.fromkeys((17, 18), V.RECIPIENT),
    **dict.fromkeys((124, 129, 133, 134, 135, 136), V.RESTRICTED),
}
_CODES = {
    421: V.PACE,
    450: V.BUSY,
    451: V.UNCLEAR,
    452: V.UNCLEAR,
    454: V.PACE,
    521: V.DOMAIN,
    530: V.CONFIGURATION,
    534: V.CONFIGURATION,
    535: V.CONFIGURATION,
    538: V.CONFIGURATION,
    550: V.RECIPIENT,
    551: V.RECIPIENT,
    552: V.FULL,
    553: V.RECIPIENT,
    554: V.POLICY,
    556: V.DOMAIN,
}
# A delivery report has the protocol before the reply (RFC 3464, 2.3.6).
_CODE = re.compile(r"\s*(?:x?-?smtp;\s*)?(?:.{0,80}?said: )?([45]\d\d)(?=[- ]|$)", re.IGNORECASE)
_ENHANCED = re.compile(r"(?<![\w.])[45]\.(\d{1,3})\.(\d{1,3})(?![\w]|\.\d)")
# Words inside an address are not part of the server's message. From its beginning only: a long word
# without an address would be read again from each of its letters.
_ADDRESS = re.compile(r"<[^<>\s]*>|(?<![^\s>])\S+@\S+")
# Gmail's 4.7.28; likewise Exchange Online's 4.7.500 and above.
_PACE_DETAILS = frozenset({28})
_MAILBOX_STATUS, _MAIL_SYSTEM, _SECURITY = 2, 3, 7  # subjects of enhanced codes (RFC 3463, 3)
# "System not accepting network messages" (RFC 3463, 3.4): where that is for good, it is from this
# client, as by postscreen's denylist.
_TAKES_NO_MAIL = (3, 2)
CLOSING_CODES = frozenset({421, 454})
"""They concern the connection, no mail, whatever detail follows (RFC 5321, 3.8; RFC 3207, 4)."""

MAX_ANSWER = 2000
"""Characters of a reply that are read: a line has 512 (RFC 5321, 4.5.3.1.5), and few have more."""

LOGIN_CODES = frozenset({530, 534, 535, 538})
"""Authentication is required or failed (RFC 4954, 6)."""

# Of the message's size, which some servers refuse with a code of another meaning.
_TOO_LARGE = re.compile(
    r"(message|mail|size)\b.{0,20}too (large|big)|size limit|exceed.{0,30}size", re.IGNORECASE
)
_CONTENT_CODES = frozenset({550, 552, 553, 554})
_SECONDS = re.compile(r"\b(?:in|for|after|wait)\s+(\d{1,5})\s*s(?:ec(?:ond)?s?)?\b", re.IGNORECASE)
_MINUTES = re.compile(r"\b(?:in|for|after|wait)\s+(\d{1,3})\s*min", re.IGNORECASE)
_CLOCK = re.compile(r"\bin (\d{1,2}):(\d\d):(\d\d)\b")
_RATE = re.compile(_BUSY[1], re.IGNORECASE)
_SPAMD = re.compile(_GREYLISTED[1], re.IGNORECASE)
# spamd(8): a host has to wait passtime, 25 minutes by default, and come within four hours.
_SPAMD_WAIT = timedelta(minutes=26)
_MAX_HINT = timedelta(hours=4)


@cache
def _patterns() -> tuple[tuple[Verdict, re.Pattern[str]], ...]:
    """The rules, compiled at the first reply: most commands see none."""
    joined = ((verdict, "|".join(f"(?:{w})" for w in words)) for verdict, words in _RULES)
    return tuple((verdict, re.compile(text, re.IGNORECASE)) for verdict, text in joined)


def classify(answer: str, *, at_content: bool = False) -> Verdict:
    """Whom a reply concerns.

    Args:
        answer: code and text in one line, from a server or quoted in a report.
        at_content: it followed the message itself, so a bare refusal concerns that.
    """
    answer = answer[:MAX_ANSWER]
    match = _CODE.match(answer)
    code = int(match[1]) if match else 0
    if code in LOGIN_CODES:
        return Verdict.MESSAGE if is_about_size(answer) else Verdict.CONFIGURATION
    enhanced = _ENHANCED.search(answer)
    subject, detail = (int(enhanced[1]), int(enhanced[2])) if enhanced else (0, 0)
    if subject == _SECURITY and detail in _CERTAIN:
        return _CERTAIN[detail]
    words = _ADDRESS.sub(" ", answer)
    for verdict, pattern in _patterns():
        if verdict is Verdict.UNCLEAR and (code < 500 or (subject, detail) == _TAKES_NO_MAIL):
            continue
        if pattern.search(words):
            return _fitting(verdict, code, subject, is_about_rate=bool(_RATE.search(words)))
    if (subject, detail) == _TAKES_NO_MAIL and code >= 500:
        return Verdict.POLICY
    if enhanced and code not in CLOSING_CODES:
        return _of_enhanced(subject, detail, code)
    if at_content and code in _CONTENT_CODES:
        return Verdict.POLICY
    return _CODES.get(code, Verdict.UNKNOWN)


def is_about_size(answer: str) -> bool:
    """Whether a reply says that the message is too large."""
    return bool(_TOO_LARGE.search(answer))


def hinted_wait(answer: str) -> timedelta | None:
    """The delay that a greylisting server asks for; None where it does not say."""
    if match := _CLOCK.search(answer):
        hours, minutes, seconds = map(int, match.groups())
        wait = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    elif match := _SECONDS.search(answer):
        wait = timedelta(seconds=int(match[1]))
    elif match := _MINUTES.search(answer):
        wait = timedelta(minutes=int(match[1]))
    else:
        return _SPAMD_WAIT if _SPAMD.search(answer) else None
    return min(wait, _MAX_HINT) + timedelta(seconds=10)


def _fitting(verdict: Verdict, code: int, subject: int, *, is_about_rate: bool) -> Verdict:
    """The text's verdict, corrected where the codes contradict it."""
    if verdict is Verdict.FULL and subject == _MAIL_SYSTEM:
        return Verdict.DOMAIN  # the server's storage is full, not a mailbox
    if verdict is Verdict.GREYLISTED and code >= 500:
        return Verdict.POLICY  # permanent greylisting is a blocklist
    if verdict is Verdict.BUSY and code >= 500 and not is_about_rate:
        return Verdict.RECIPIENT  # RFC 5321, 4.2.3: 550 "mailbox unavailable"
    return verdict


def _of_enhanced(subject: int, detail: int, code: int) -> Verdict:
    if subject == _SECURITY and code < 500 and (subject, detail) not in _DETAILS:
        # 4.7.1 is what rspamd and policy servers greylist with ("Try again later").
        return Verdict.PACE if detail in _PACE_DETAILS or detail >= 500 else Verdict.UNCLEAR
    if subject == _MAILBOX_STATUS and code < 500 and detail not in {2, 3}:
        return Verdict.BUSY
    verdict = _DETAILS.get((subject, detail)) or _DETAILS.get((subject, None))
    if verdict is None or (verdict is Verdict.UNCLEAR and code >= 500):
        return _CODES.get(code, Verdict.UNKNOWN)
    return verdict
