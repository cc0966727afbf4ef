"""Recipient domains that refuse for now: told from busy mailboxes, rested, and probed.

A temporary refusal seldom says whether it means one mailbox or its whole domain. So a domain rests
only when several different recipients in a row were refused, with nobody taken in between; after
the rest one worker probes it with a few recipients, those never tried first, more of them after
each rest in vain. A recipient refused again whose domain took others since says nothing new; nor
does a first refusal where second attempts are taken (greylisting by recipient).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from newsletter.delivery.ledger import settlement
from newsletter.delivery.ledger.models import DeliveryState, DomainUse
from newsletter.delivery.ledger.settlement import Settlement
from newsletter.delivery.ledger.store import Claimed
from newsletter.delivery.limits import domain_backoff
from newsletter.delivery.limits.domain_backoff import domain_of
from newsletter.transports.base import Accepted, Deferred, Outcome
from newsletter.transports.verdicts import Verdict

# Different recipients refused in a row before their domain rests; so many more probe it.
SEVERAL = 5
MOST_DOUBLINGS = 10
# Different domains that refuse in a row, with nobody taken in between: that is the transport.
MANY_DOMAINS = 20
# While one worker probes a domain, the others leave it alone so long.
PROBE_LASTS = timedelta(minutes=2)
LONG_AGO = datetime.fromtimestamp(0, UTC)
OF_A_DOMAIN = frozenset({Verdict.DOMAIN, Verdict.UNCLEAR})


class DomainBackoff:
    """What one worker knows of recipient domains by its transport, batch after batch."""

    def __init__(self, transport: str, give_up: timedelta) -> None:
        """
        Args:
            give_up: so long after its own first attempt a mail is still tried.
        """
        self._transport = transport
        self._give_up = give_up
        self._now = LONG_AGO
        self._known: dict[str, DomainUse] = {}
        self._probing: dict[str, int] = {}
        self._streaks: dict[str, int] = defaultdict(int)
        """Recipients refused in a row, by domain, in this batch."""
        self._in_a_row: set[str] = set()
        """Domains that refused since any took a mail."""
        self._untried: set[str] = set()
        """Domains that refused somebody who had not been tried before."""
        self._reasons: dict[str, str] = {}
        self._took: set[str] = set()
        self._took_again: set[str] = set()

    def admit(
        self, session: Session, claimed: Sequence[Claimed], now: datetime
    ) -> dict[int, Settlement]:
        """Look which of the claimed must wait for their domain."""
        self._now = now
        self._in_a_row.clear()
        self._known = domain_backoff.watched(session, self._transport, now)
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
            put_off |= {m.id: self._after_rest(m, self._known[domain], now) for m in waiting}
        return put_off

    @property
    def refuses_everywhere(self) -> bool:
        """Whether so many domains refused in a row that it is rather the transport that does."""
        return len(self._in_a_row) >= MANY_DOMAINS

    def is_held(self, delivery: Claimed) -> bool:
        """Whether so many of its domain were refused in this batch that it is to rest."""
        if not self._streaks:
            return False
        domain = domain_of(delivery.address)
        return domain in self._streaks and self._streaks[domain] >= self._most(domain)

    def hear(self, delivery: Claimed, outcome: Outcome) -> None:
        """Learn from an answer."""
        if isinstance(outcome, Accepted):
            if self._streaks or self._known:
                self._in_a_row.clear()
                self._has_taken(delivery)
        elif _may_be_of_domain(outcome) and self._counts(delivery):
            domain = domain_of(delivery.address)
            self._streaks[domain] += 1
            self._in_a_row.add(domain)
            if not delivery.attempts:
                self._untried.add(domain)
            self._reasons[domain] = settlement.words(outcome, delivery.address)

    def record(self, session: Session, taken: Iterable[Claimed], now: datetime) -> None:
        """Tell all workers which domains refuse and which take mail."""
        concerned = set(self._streaks) | self._took
        if concerned:
            # Whoever was taken before the first refusal was not looked at then.
            took = {domain_of(d.address) for d in taken} & concerned
            uses = domain_backoff.lock_uses(session, self._transport, concerned, now)
            for domain, use in uses.items():
                self._record_one(use, now, has_taken=domain in took)
        batch = (self._streaks, self._reasons, self._took, self._took_again, self._untried)
        for known in batch:
            known.clear()

    def _is_known(self, delivery: Claimed) -> bool:
        return domain_of(delivery.address) in self._known

    def _probe(
        self, session: Session, domain: str, mails: list[Claimed], now: datetime
    ) -> list[Claimed]:
        """Try a domain whose rest is over with some of its mails; those that wait meanwhile."""
        use = domain_backoff.lock_uses(session, self._transport, [domain], now)[domain]
        self._known[domain] = use
        if not use.rests_in_a_row:
            return []  # another worker was quicker, and it works
        if now < use.rests_until and not use.are_tried_alone:
            return mails
        width = SEVERAL * 2 ** min(use.rests_in_a_row, MOST_DOUBLINGS)
        use.rests_until = now + PROBE_LASTS
        use.are_tried_alone = False
        self._probing[domain] = width
        untried_first = sorted(mails, key=lambda mail: mail.attempts > 0)
        return untried_first[width:]

    def _most(self, domain: str) -> int:
        """So many refusals in a row in this batch, and the rest of it waits."""
        if domain in self._probing:
            return self._probing[domain]
        use = self._known.get(domain)
        return max(SEVERAL - (use.refused_in_a_row if use else 0), 1)

    def _counts(self, delivery: Claimed) -> bool:
        """Whether a refusal says anything of the domain."""
        domain = domain_of(delivery.address)
        use = self._known.get(domain)
        if not delivery.attempts:
            is_greylisting = use is not None and (use.greylists_until or self._now) > self._now
            return domain not in self._took_again and not is_greylisting
        since = delivery.deferred_since
        took_at = use.took_at if use else None
        has_taken_since = since is not None and took_at is not None and took_at >= since
        return domain not in self._took and not has_taken_since

    def _has_taken(self, delivery: Claimed) -> None:
        domain = domain_of(delivery.address)
        if domain in self._streaks or domain in self._known:
            self._streaks.pop(domain, None)
            self._took.add(domain)
            if delivery.attempts:
                self._took_again.add(domain)

    def _record_one(self, use: DomainUse, now: datetime, *, has_taken: bool) -> None:
        streak = self._streaks.get(use.domain, 0)
        if use.domain in self._took:
            domain_backoff.works(use, now)
        elif has_taken:
            use.took_at = now
        if use.domain in self._took_again:
            use.greylists_until = now + domain_backoff.REMEMBERED
        if streak:
            use.refused_in_a_row += streak
            use.reason = self._reasons[use.domain]
            is_over = now >= use.rests_until or use.domain in self._probing
            if is_over and (use.rests_in_a_row or use.refused_in_a_row >= SEVERAL):
                domain_backoff.rest(use, now)
                use.are_tried_alone = use.domain not in self._untried

    def _after_rest(self, mail: Claimed, use: DomainUse, now: datetime) -> Settlement:
        """A mail that waits for its domain: without an attempt, and none of its patience is lost
        that it has not begun itself."""
        reason = f"{use.domain} takes no mail for now: {use.reason}"
        since = mail.deferred_since
        if since is not None and now > since + self._give_up:
            return Settlement(
                state=DeliveryState.FAILED,
                reason=f"given up: {reason}",
                attempts=mail.attempts,
                verdict=Verdict.DOMAIN,
            )
        return Settlement(
            state=DeliveryState.DEFERRED,
            reason=reason,
            attempts=mail.attempts,
            next_attempt_at=settlement.spread(use.rests_until, mail.id),
            verdict=Verdict.DOMAIN,
        )


def _may_be_of_domain(outcome: Outcome) -> bool:
    if not isinstance(outcome, Deferred) or outcome.throttled:
        return False
    return settlement.is_answered(outcome) and outcome.about in OF_A_DOMAIN


def by_domain(claimed: Iterable[Claimed]) -> dict[str, list[Claimed]]:
    """Deliveries by the domain they go to, in the order of the names."""
    found: dict[str, list[Claimed]] = defaultdict(list)
    for delivery in claimed:
        found[domain_of(delivery.address)].append(delivery)
    return dict(sorted(found.items()))
