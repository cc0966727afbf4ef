"""Handing over mails outside the ledger: tests, notices, alarms, mails to staff."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from newsletter.config.tables.sending import RouteOptions
from newsletter.delivery.ledger.reasons import describe_error
from newsletter.delivery.ledger.shares import transports_of
from newsletter.delivery.outcome_recorder import OutcomeRecorder
from newsletter.transports.base import Mail, Outcome, Transport, TransportStopped


def hand_over(
    named: Callable[[str], Transport],
    routes: Mapping[str, RouteOptions],
    transport: str,
    mails: Sequence[Mail],
) -> dict[int, Outcome]:
    """Send mails by a transport or route; their outcomes by key.

    The transports of a route are tried in order, each with the mails that were only deferred.
    """
    recorder = OutcomeRecorder()
    *others, last = transports_of(routes, transport)
    for name in others:
        with suppress(TransportStopped):
            _send_once(named(name), mails, recorder)
    _send_once(named(last), mails, recorder)
    return recorder.outcomes


def _send_once(transport: Transport, mails: Sequence[Mail], recorder: OutcomeRecorder) -> None:
    """Send the mails that no transport has settled yet.

    A mail begun when the transport raises is uncertain.
    """
    left = [mail for mail in mails if recorder.is_unsettled(mail.key)]
    if not left:
        return
    with transport.open() as session:
        try:
            session.send(left, recorder)
        except TransportStopped:
            raise
        except Exception as error:
            if not recorder.mark_uncertain(describe_error(error)):
                raise
