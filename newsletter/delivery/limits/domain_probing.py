"""Per-domain circuit breaker: detects, rests and probes domains that temporarily refuse.

A temporary refusal seldom says whether it concerns one mailbox or its whole domain. So a domain
rests only when several consecutive recipients were refused, without an accepted mail in between.
After the rest one worker probes it with a few recipients, untried ones first, and more of them
after each unsuccessful probe. A repeated refusal of a recipient whose domain accepted others since
is no evidence, nor is a first refusal where second attempts succeed (greylisting per recipient).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from newsletter.delivery.ledger import settlement
from newsletter.delivery.ledger.models import DeliveryState, DomainUsage
from newsletter.delivery.ledger.reasons import GIVEN_UP
from newsletter.delivery.ledger.settlement import Settlement
from newsletter.delivery.ledger.store import Claimed
from newsletter.delivery.limits import domain_backoff
from newsletter.delivery.limits.domain_backoff import domain_of
from newsletter.transports.base import Accepted, Deferred, Outcome
from newsletter.transports.verdicts import Verdict

# Consecutive recipients refused before their domain rests; also the size of the first probe.
REFUSALS_TO_REST = 5
MAX_DOUBLINGS = 10
# Consecutive domains refusing, without an accepted mail in between: the transport is the cause.
MANY_DOMAINS = 20
# How long other workers leave a domain to the worker that probes it.
PROBE_DURATION = timedelta(minutes=2)
EPOCH = datetime.fromtimestamp(0, UTC)
DOMAIN_VERDICTS = frozenset({Verdict.DOMAIN, Verdict.UNCLEAR})


class DomainBackoff:
    """Tracks the recipient domains of one worker's transport, batch after batch."""

    def __init__(self, transport: str, give_up: timedelta) -> None:
        """
        Args:
            give_up: how long after its own first attempt a mail is still retried.
        """
        self._transport = transport
        self._give_up = give_up
        self._now = EPOCH
        self._known: dict[str, DomainUsage] = {}
        self._probing: dict[str, int] = {}
        self._streaks: dict[str, int] = defaultdict(int)
        """Consecutive refused recipients of this batch, by domain."""
        self._in_a_row: set[str] = set()
        """Domains that refused since any accepted a mail."""
        self._untried: set[str] = set()
        """Domains that refused a recipient not tried before."""
        self._reasons: dict[str, str] = {}
        self._took: set[str] = set()
        self._took_again: set[str] = set()

    def admit(
        self, session: Session, claimed: Sequence[Claimed], now: datetime
    ) -> dict[int, Settlement]:
        """Deferrals for the claimed mails that must wait for their domain."""
        self._now = now
        self._in_a_row.clear()
        self._known = domain_backoff.tracked(session, self._transport, now)
        self._probing.clear()
        if not self._known:
            return {}
        put_off: dict[int, Settlement] = {}
        for domain, mails in by_domain(d for d in claimed if self._is_known(d)).items():
            use = self._known[domain]
            tried = [mail for mail in mails if mail.attempts]
            if now < use.rests_until and not use.are_tried_alone:
                waiting = mails
            elif now < use.rests_until:
                untried = [mail for mail in mails if not mail.attempts]
                waiting = tried + (self._probe(session, domain, untried, now) if untried else [])
            elif use.rests_in_a_row:
                waiting = self._probe(session, domain, mails, now)
            else:
                continue
            put_off |= {m.id: self._deferral(m, self._known[domain], now) for m in waiting}
        return put_off

    @property
    def refuses_everywhere(self) -> bool:
        """Whether so many consecutive domains refused that the transport is the likely cause."""
        return len(self._in_a_row) >= MANY_DOMAINS

    def is_held(self, delivery: Claimed) -> bool:
        """Whether its domain refused so many mails of this batch that it is to rest."""
        if not self._streaks:
            return False
        domain = domain_of(delivery.address)
        return domain in self._streaks and self._streaks[domain] >= self._streak_limit(domain)

    def observe(self, delivery: Claimed, outcome: Outcome) -> None:
        """Update the counters with an outcome."""
        if isinstance(outcome, Accepted):
            if self._streaks or self._known:
                self._in_a_row.clear()
                self._observe_accepted(delivery)
        elif _may_concern_domain(outcome) and self._is_evidence(delivery):
            domain = domain_of(delivery.address)
            self._streaks[domain] += 1
            self._in_a_row.add(domain)
            if not delivery.attempts:
                self._untried.add(domain)
            self._reasons[domain] = settlement.stored_response(outcome, delivery.address)

    def record(self, session: Session, taken: Iterable[Claimed], now: datetime) -> None:
        """Store for all workers which domains refuse and which accept mail."""
        concerned = set(self._streaks) | self._took
        if concerned:
            # Mails accepted before the first refusal were not observed.
            took = {domain_of(d.address) for d in taken} & concerned
            uses = domain_backoff.lock_usages(session, self._transport, concerned, now)
            for domain, use in uses.items():
                self._record_domain(use, now, has_taken=domain in took)
        batch = (self._streaks, self._reasons, self._took, self._took_again, self._untried)
        for records in batch:
            records.clear()

    def _is_known(self, delivery: Claimed) -> bool:
        return domain_of(delivery.address) in self._known

    def _probe(
        self, session: Session, domain: str, mails: list[Claimed], now: datetime
    ) -> list[Claimed]:
        """Probe a rested domain with some of its mails; returns the mails that must wait."""
        use = domain_backoff.lock_usages(session, self._transport, [domain], now)[domain]
        self._known[domain] = use
        if not use.rests_in_a_row:
            return []  # another worker was quicker, and the domain works
        if now < use.rests_until and not use.are_tried_alone:
            return mails
        width = REFUSALS_TO_REST * 2 ** min(use.rests_in_a_row, MAX_DOUBLINGS)
        use.rests_until = now + PROBE_DURATION
        use.are_tried_alone = False
        self._probing[domain] = width
        untried_first = sorted(mails, key=lambda mail: mail.attempts > 0)
        return untried_first[width:]

    def _streak_limit(self, domain: str) -> int:
        """Consecutive refusals after which the domain's other mails of this batch wait."""
        if domain in self._probing:
            return self._probing[domain]
        use = self._known.get(domain)
        return max(REFUSALS_TO_REST - (use.refused_in_a_row if use else 0), 1)

    def _is_evidence(self, delivery: Claimed) -> bool:
        """Whether a refusal is evidence about the domain."""
        domain = domain_of(delivery.address)
        use = self._known.get(domain)
        if not delivery.attempts:
            is_greylisting = use is not None and (use.greylists_until or self._now) > self._now
            return domain not in self._took_again and not is_greylisting
        since = delivery.deferred_since
        took_at = use.took_at if use else None
        has_taken_since = since is not None and took_at is not None and took_at >= since
        return domain not in self._took and not has_taken_since

    def _observe_accepted(self, delivery: Claimed) -> None:
        domain = domain_of(delivery.address)
        if domain in self._streaks or domain in self._known:
            self._streaks.pop(domain, None)
            self._took.add(domain)
            if delivery.attempts:
                self._took_again.add(domain)

    def _record_domain(self, use: DomainUsage, now: datetime, *, has_taken: bool) -> None:
        streak = self._streaks.get(use.domain, 0)
        if use.domain in self._took:
            domain_backoff.mark_working(use, now)
        elif has_taken:
            use.took_at = now
        if use.domain in self._took_again:
            use.greylists_until = now + domain_backoff.MEMORY
        if streak:
            use.refused_in_a_row += streak
            use.reason = self._reasons[use.domain]
            is_over = now >= use.rests_until or use.domain in self._probing
            if is_over and (use.rests_in_a_row or use.refused_in_a_row >= REFUSALS_TO_REST):
                domain_backoff.back_off(use, now)
                use.are_tried_alone = use.domain not in self._untried

    def _deferral(self, mail: Claimed, use: DomainUsage, now: datetime) -> Settlement:
        """Defer a mail that waits for its domain; this is no attempt and starts no give-up time."""
        reason = f"{use.domain} takes no mail for now: {use.reason}"
        since = mail.deferred_since
        if since is not None and now > since + self._give_up:
            return Settlement(
                state=DeliveryState.FAILED,
                reason=f"{GIVEN_UP}{reason}",
                attempts=mail.attempts,
                verdict=Verdict.DOMAIN,
            )
        return Settlement(
            state=DeliveryState.DEFERRED,
            reason=reason,
            attempts=mail.attempts,
            next_attempt_at=settlement.jittered(use.rests_until, mail.id),
            verdict=Verdict.DOMAIN,
        )


def _may_concern_domain(outcome: Outcome) -> bool:
    if not isinstance(outcome, Deferred) or outcome.throttled:
        return False
    return settlement.is_answered(outcome) and outcome.about in DOMAIN_VERDICTS


def by_domain(claimed: Iterable[Claimed]) -> dict[str, list[Claimed]]:
    """Deliveries by recipient domain, in alphabetical order."""
    claims: dict[str, list[Claimed]] = defaultdict(list)
    for delivery in claimed:
        claims[domain_of(delivery.address)].append(delivery)
    return dict(sorted(claims.items()))
