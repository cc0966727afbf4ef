"""What to do about a mail that did not simply arrive, in a sentence for the administrator. Pure."""

from collections.abc import Mapping

from newsletter.delivery.ledger.models import DeliveryState
from newsletter.delivery.ledger.uncertain import CANCELLED, LEFT
from newsletter.transports.verdicts import Verdict
from subscribers.audience import Exclusion

_FAILED: Mapping[str, str] = {
    Verdict.RECIPIENT: "The address does not exist. Ask the person for another one, or end the "
    "subscription.",
    Verdict.FULL: "Their mailbox is full. Try again in a few days, or reach them another way.",
    Verdict.BUSY: "Their mailbox could not take it for a long time. Try again tomorrow.",
    Verdict.RESTRICTED: "They take mail only from senders they know. Ask them to allow your "
    "address, then try again.",
    Verdict.GREYLISTED: "Their server kept asking us to come back later. Try again.",
    Verdict.MESSAGE: "Their server did not like the mail itself. Look at its size and pictures, "
    "then try again.",
    Verdict.DOMAIN: "Their server cannot be reached or takes no mail. Check the part of the "
    "address after the @; if it is right, try again tomorrow.",
    Verdict.UNCLEAR: "Their server gave no clear reason. Try again tomorrow.",
    Verdict.PACE: "Their server says we send too fast. Try again; it is slowed down by itself.",
    Verdict.POLICY: "Their server distrusts us. Ask the operator to look at SPF, DKIM, DMARC and "
    "blocklists, then try again.",
    Verdict.CONFIGURATION: "Our mail server or its settings refuse it. Ask the operator to mend "
    "them, then try again.",
    Verdict.ERROR: "The fault is ours. Ask the operator to look at the log, then try again.",
}
_SKIPPED: Mapping[str, str] = {
    Exclusion.ENDED: "They left after this edition was prepared. Nothing to do.",
    Exclusion.ERASED: "Their data was erased after this edition was prepared. Nothing to do.",
    Exclusion.SUPPRESSED: "The address was suppressed meanwhile. Nothing to do.",
    Exclusion.PAUSED: "They paused their mails meanwhile. Nothing to do.",
    Exclusion.FREQUENCY: "They chose not to get this kind of mail. Nothing to do.",
    Exclusion.LANGUAGE: "They chose another language meanwhile. Nothing to do.",
    Exclusion.PENDING: "They have not confirmed. Nothing to do.",
    CANCELLED: "The edition was cancelled before it was their turn.",
}


def advice(state: DeliveryState, verdict: str, words: str) -> str:
    """What to do about a delivery.

    Args:
        verdict: a `Verdict`, or empty.
        words: the server's answer, or our reason.
    """
    match state:
        case DeliveryState.FAILED if words == LEFT:
            return "It may have arrived. Ask the person before sending it another way."
        case DeliveryState.FAILED:
            return _FAILED.get(
                verdict, "Read the server's words; if they name no fault, try again."
            )
        case DeliveryState.UNCERTAIN:
            return (
                "It may have arrived: the answer was lost. Send it again if twice is better than "
                "never, leave it if not."
            )
        case DeliveryState.DEFERRED:
            return "It is tried again by itself."
        case DeliveryState.SKIPPED:
            return _SKIPPED.get(words, "They were left out as it was their turn.")
    return ""
