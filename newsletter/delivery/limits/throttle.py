"""Throttle of one worker: transport limits, domain quotas and domain back-off.

Quotas are consumed in the transaction that claims; mails not handed over are refunded in the one
that settles.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from newsletter.config.tables.sending import LimitOptions, RateOptions
from newsletter.delivery.ledger import store
from newsletter.delivery.ledger.models import DeliveryState, TransportUsage
from newsletter.delivery.ledger.settlement import Settlement
from newsletter.delivery.ledger.store import Claimed
from newsletter.delivery.limits import domain_backoff, quotas, warm_up
from newsletter.delivery.limits.domain_backoff import domain_of
from newsletter.delivery.limits.domain_probing import EPOCH, DomainBackoff, by_domain
from newsletter.delivery.limits.quotas import Grant
from newsletter.transports.base import Outcome

NONE = LimitOptions()


class Throttle:
    """Limits one worker on one transport.

    Args:
        give_up: how long mails are retried whose domain goes on refusing.
    """

    def __init__(
        self, transport: str, options: LimitOptions | None, worker: str, give_up: timedelta
    ) -> None:
        self._transport = transport
        self._options = options or NONE
        self._worker = worker
        self._backoff = DomainBackoff(transport, give_up)
        self._use: TransportUsage | None = None
        self._taken_until = EPOCH
        self._delays: dict[int, timedelta] = {}
        self.given = Grant(count=0)

    def request(self, session: Session, wanted: int, now: datetime) -> Grant:
        """How many deliveries the transport's limits allow to claim now."""
        self._use = None
        self.given = Grant(count=wanted)
        if self._options.is_limited:
            self._use = quotas.lock_usage(session, self._transport, now)
            today = warm_up.limits_today(self._options, self._use.first_used_at, now)
            self.given = quotas.grant(self._use, today, wanted, now)
        return self.given

    def admit(self, session: Session, claimed: list[Claimed], now: datetime) -> list[Claimed]:
        """The claimed deliveries that may be sent now, in order; the others are deferred."""
        self._delays.clear()
        put_off = self._backoff.admit(session, claimed, now)
        if self._options.domains:
            free = (delivery for delivery in claimed if delivery.id not in put_off)
            for domain, mails in by_domain(free).items():
                if domain in self._options.domains:
                    put_off |= self._within_quota(session, domain, mails, now)
        store.settle(session, self._worker, put_off, now)
        going = [delivery for delivery in claimed if delivery.id not in put_off]
        if self._use and going:
            quotas.consume(self._use, self.given, len(going), now)
            self._taken_until = self._use.free_at
            self._use.first_used_at = self._use.first_used_at or now
        if self._delays:
            going.sort(key=lambda delivery: (self.delay(delivery), delivery.id))
        return going

    @property
    def is_timed(self) -> bool:
        """Whether any admitted mail must wait."""
        return bool(self.given.wait or self.given.gap or self._delays)

    def delay(self, delivery: Claimed) -> timedelta:
        """How long after its claim a mail may be sent."""
        return self._delays.get(delivery.id, timedelta(0))

    def is_held(self, delivery: Claimed) -> bool:
        """Whether its domain has refused too many mails of this batch."""
        return self._backoff.is_held(delivery)

    @property
    def refuses_everywhere(self) -> bool:
        """Whether mails to all domains are refused."""
        return self._backoff.refuses_everywhere

    def observe(self, delivery: Claimed, outcome: Outcome) -> None:
        """Update the domain back-off with an outcome."""
        self._backoff.observe(delivery, outcome)

    def record(
        self, session: Session, taken: Iterable[Claimed], left: Iterable[Claimed], now: datetime
    ) -> None:
        """Store the domain back-off for all workers, and refund unsent mails."""
        self._backoff.record(session, taken, now)
        self._refund(session, Counter(domain_of(d.address) for d in left), now)

    def _refund(self, session: Session, left: Mapping[str, int], now: datetime) -> None:
        count = sum(left.values())
        if count and self._options.is_limited:
            whole = quotas.lock_usage(session, self._transport, now)
            quotas.refund(whole, count)
            quotas.refund_rate(whole, self.given, count, taken_until=self._taken_until, now=now)
        if limited := set(left) & set(self._options.domains):
            for domain, use in domain_backoff.lock_usages(
                session, self._transport, limited, now
            ).items():
                quotas.refund(use, left[domain])

    def _within_quota(
        self, session: Session, domain: str, mails: list[Claimed], now: datetime
    ) -> dict[int, Settlement]:
        """Consume what a domain's quota allows; returns deferrals for the rest."""
        options = self._options.domains[domain]
        use = domain_backoff.lock_usages(session, self._transport, [domain], now)[domain]
        grant = quotas.grant(use, options, len(mails), now)
        for place, mail in enumerate(mails[: grant.count]):
            self._delays[mail.id] = grant.wait + grant.gap * place
        quotas.consume(use, grant, min(grant.count, len(mails)), now)
        return {
            mail.id: Settlement(
                state=DeliveryState.DEFERRED,
                reason=f"put off: the quota of {domain} ({_describe(options)}) is used up",
                attempts=mail.attempts,
                next_attempt_at=domain_backoff.book(use, options, now),
            )
            for mail in mails[grant.count :]
        }


def _describe(options: RateOptions) -> str:
    limited = {"second": options.per_second, "hour": options.per_hour, "day": options.per_day}
    return ", ".join(f"{most:g} a {length}" for length, most in limited.items() if most)
