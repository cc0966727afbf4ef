"""Outcomes of deliveries, and advice about them, in words for an administrator. Pure."""

from collections.abc import Mapping

from newsletter.delivery.ledger.models import DeliveryState
from newsletter.delivery.ledger.uncertain import CANCELLED, LEFT
from newsletter.transports.verdicts import Verdict
from subscribers.audience import Exclusion

WHAT_HAPPENED: Mapping[DeliveryState, str] = {
    DeliveryState.QUEUED: "waits to be sent",
    DeliveryState.CLAIMED: "is being handed over",
    DeliveryState.SENT: "was taken by their mail server",
    DeliveryState.DEFERRED: "was put off by their mail server",
    DeliveryState.FAILED: "was refused",
    DeliveryState.SKIPPED: "was not sent",
    DeliveryState.UNCERTAIN: "may or may not have arrived",
}
_BY_STATE: Mapping[DeliveryState, str] = {
    DeliveryState.QUEUED: "Nothing: it is sent when its turn comes.",
    DeliveryState.CLAIMED: "Nothing: it is sent within minutes.",
    DeliveryState.SENT: (
        "Ask them to look into spam and other folders, to search for the sender's address, and to "
        "add it to their contacts. Behind the server's answer nobody but their provider can look: "
        "with its words their provider finds the mail."
    ),
    DeliveryState.DEFERRED: "Nothing: it is tried again by itself.",
    DeliveryState.UNCERTAIN: (
        "Ask them whether they have it before it is sent again; the edition's page lets you decide."
    ),
}
_BY_VERDICT: Mapping[Verdict, str] = {
    Verdict.RECIPIENT: (
        "The address does not exist, or no longer. Ask them for the right one, add that with their "
        "consent, and end this subscription."
    ),
    Verdict.FULL: "Their mailbox is full. Tell them another way; later mails are tried again.",
    Verdict.BUSY: "Their mailbox was busy for too long. Later mails are tried again.",
    Verdict.RESTRICTED: (
        "Their mailbox takes mail from some senders only. Ask them to allow the sender's address."
    ),
    Verdict.GREYLISTED: "Their server put it off until it was given up. Send it again.",
    Verdict.MESSAGE: (
        "Their server takes no mail of this size or form. The next mail may pass; ask whoever runs "
        "your system to look at the server's words."
    ),
    Verdict.DOMAIN: (
        "Nobody could be reached at this domain. If it is misspelt, ask for the right address; "
        "if others there fail as well, wait and send it again."
    ),
    Verdict.UNCLEAR: "Their server gave no clear reason. Send it again; if it fails, ask them.",
    Verdict.PACE: "Their server found we send too fast. Send it again later.",
    Verdict.POLICY: (
        "Their server takes our mail for unwanted, which is not their doing. Ask whoever runs your "
        "system to check SPF, DKIM, DMARC and blocklists; then send it again."
    ),
    Verdict.CONFIGURATION: (
        "Our server is not set up to send it. Ask whoever runs your system; then send it again."
    ),
    Verdict.ERROR: "An error of our own. Ask whoever runs your system; then send it again.",
    Verdict.UNKNOWN: "The server's words are all that is known. Send it again, or ask them.",
}
_BY_EXCLUSION: Mapping[str, str] = {
    Exclusion.PENDING: "They have not confirmed their address. Ask them to sign up again.",
    Exclusion.ENDED: "They had left. If they want mail again, they sign up anew.",
    Exclusion.ERASED: "They were erased at their wish, and are never mailed.",
    Exclusion.SUPPRESSED: "Their address is suppressed; the reason stands with it.",
    Exclusion.PAUSED: "They had paused. Nothing, unless they want the pause to end.",
    Exclusion.FREQUENCY: "They chose not to get this kind of mail.",
    Exclusion.LANGUAGE: "They chose another language.",
    CANCELLED: "Nothing: nobody is sent this edition any more.",
}


def what_to_do(state: DeliveryState, reason: str, verdict: str) -> str:
    """What an administrator can do for the recipient of a mail.

    Args:
        reason: as stored with the delivery.
        verdict: of the last answer; empty: none.
    """
    if state is DeliveryState.SKIPPED:
        return _BY_EXCLUSION.get(reason, "The reason beside it says why.")
    if state is DeliveryState.FAILED:
        if reason == LEFT:
            return "It was settled as not sent. Ask them whether they have it."
        known_verdict = Verdict(verdict) if verdict in set(Verdict) else Verdict.UNKNOWN
        return _BY_VERDICT[known_verdict]
    return _BY_STATE[state]
