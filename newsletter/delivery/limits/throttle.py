"""How fast one worker may go: its share of the transport's limits and of each domain's.

All that is taken is taken in the transaction that claims, and what was not handed over is given
back in the one that settles.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from newsletter.config.sending import LimitOptions, RateOptions
from newsletter.delivery.ledger import settlement, store
from newsletter.delivery.ledger.models import DeliveryState, DomainUse, TransportUse
from newsletter.delivery.ledger.settlement import Settlement
from newsletter.delivery.ledger.store import Claimed
from newsletter.delivery.limits import domain_backoff, quotas, warm_up
from newsletter.delivery.limits.domain_backoff import domain_of
from newsletter.delivery.limits.quotas import Grant
from newsletter.transports.base import Accepted, Deferred, Outcome

NONE = LimitOptions()
LONG_AGO = datetime.fromtimestamp(0, UTC)


class Pace:
    """The pace of one worker on one transport.

    Args:
        give_up: after so long a mail whose domain goes on refusing has failed.
    """

    def __init__(
        self, transport: str, options: LimitOptions | None, worker: str, give_up: timedelta
    ) -> None:
        self._transport = transport
        self._options = options or NONE
        self._worker = worker
        self._give_up = give_up
        self._use: TransportUse | None = None
        self._taken_until = LONG_AGO
        self._delays: dict[int, timedelta] = {}
        self._refusing: dict[str, str] = {}
        self._ailing: set[str] = set()
        self.given = Grant(count=0)

    def ask(self, session: Session, wanted: int, now: datetime) -> Grant:
        """How many may be claimed now, by the limits of the transport."""
        self._use = None
        self.given = Grant(count=wanted)
        if self._options.is_limited:
            self._use = quotas.lock_use(session, self._transport, now)
            today = warm_up.todays(self._options, self._use.first_used_at, now)
            self.given = quotas.grant(self._use, today, wanted, now)
        return self.given

    def admit(self, session: Session, claimed: list[Claimed], now: datetime) -> list[Claimed]:
        """Those of the claimed who may be mailed now, in their order; the others are put off."""
        self._delays.clear()
        put_off: dict[int, Settlement] = {}
        resting = domain_backoff.resting(session, self._transport)
        self._ailing = set(resting)
        if resting or self._options.domains:
            for domain, mails in _by_domain(claimed).items():
                if domain in resting and now < resting[domain].rests_until:
                    put_off |= {m.id: self._after_rest(m, resting[domain], now) for m in mails}
                elif domain in self._options.domains:
                    put_off |= self._within_quota(session, domain, mails, now)
            store.settle(session, self._worker, put_off, now)
        going = [delivery for delivery in claimed if delivery.id not in put_off]
        if self._use and going:
            quotas.take(self._use, self.given, len(going), now)
            self._taken_until = self._use.free_at
            self._use.first_used_at = self._use.first_used_at or now
        if self._delays:
            going.sort(key=lambda delivery: (self.delay(delivery), delivery.id))
        return going

    @property
    def is_timed(self) -> bool:
        """Whether any of the mails that were admitted last must wait for its turn."""
        return bool(self.given.wait or self.given.gap or self._delays)

    def delay(self, delivery: Claimed) -> timedelta:
        """How long after its claim a mail may go."""
        return self._delays.get(delivery.id, timedelta(0))

    def is_held(self, delivery: Claimed) -> bool:
        """Whether its domain has refused since: others of it are not tried in vain."""
        return bool(self._refusing) and domain_of(delivery.address) in self._refusing

    def hear(self, delivery: Claimed, outcome: Outcome) -> None:
        """Learn from an answer."""
        if isinstance(outcome, Deferred) and settlement.is_about_domain(outcome):
            self._refusing[domain_of(delivery.address)] = outcome.response
        elif isinstance(outcome, Accepted) and (self._refusing or self._ailing):
            domain = domain_of(delivery.address)
            self._refusing.pop(domain, None)

    def record(
        self, session: Session, taken: Iterable[Claimed], left: Iterable[Claimed], now: datetime
    ) -> None:
        """Tell all workers which domains refuse and which work, and give back what is left."""
        if self._refusing:
            uses = domain_backoff.lock_uses(session, self._transport, self._refusing, now)
            for domain, reason in self._refusing.items():
                domain_backoff.slow_down(uses[domain], reason, now)
        if self._ailing:
            works = {domain_of(d.address) for d in taken} & self._ailing - set(self._refusing)
            domain_backoff.works(session, self._transport, works)
        self._refusing.clear()
        self._give_back(session, Counter(domain_of(d.address) for d in left), now)

    def _give_back(self, session: Session, left: Mapping[str, int], now: datetime) -> None:
        count = sum(left.values())
        if count and self._options.is_limited:
            whole = quotas.lock_use(session, self._transport, now)
            quotas.give_back(whole, count)
            quotas.give_back_rate(whole, self.given, count, taken_until=self._taken_until, now=now)
        if limited := set(left) & set(self._options.domains):
            for domain, use in domain_backoff.lock_uses(
                session, self._transport, limited, now
            ).items():
                quotas.give_back(use, left[domain])

    def _after_rest(self, mail: Claimed, use: DomainUse, now: datetime) -> Settlement:
        since = mail.deferred_since or now
        reason = f"{use.domain} takes no mail for now: {use.reason}"
        if now > since + self._give_up:
            return Settlement(
                state=DeliveryState.FAILED, reason=f"given up: {reason}", attempts=mail.attempts
            )
        return Settlement(
            state=DeliveryState.DEFERRED,
            reason=reason,
            attempts=mail.attempts,
            next_attempt_at=settlement.spread(use.rests_until, mail.id),
            deferred_since=since,
        )

    def _within_quota(
        self, session: Session, domain: str, mails: list[Claimed], now: datetime
    ) -> dict[int, Settlement]:
        """Take what a domain's quota allows, and put off the rest."""
        options = self._options.domains[domain]
        use = domain_backoff.lock_uses(session, self._transport, [domain], now)[domain]
        given = quotas.grant(use, options, len(mails), now)
        for place, mail in enumerate(mails[: given.count]):
            self._delays[mail.id] = given.wait + given.gap * place
        quotas.take(use, given, min(given.count, len(mails)), now)
        return {
            mail.id: Settlement(
                state=DeliveryState.DEFERRED,
                reason=f"put off: the quota of {domain} ({_words(options)}) is used up",
                attempts=mail.attempts,
                next_attempt_at=domain_backoff.book(use, options, now),
            )
            for mail in mails[given.count :]
        }


def _by_domain(claimed: Iterable[Claimed]) -> dict[str, list[Claimed]]:
    found: dict[str, list[Claimed]] = defaultdict(list)
    for delivery in claimed:
        found[domain_of(delivery.address)].append(delivery)
    return dict(sorted(found.items()))


def _words(options: RateOptions) -> str:
    limited = {"second": options.per_second, "hour": options.per_hour, "day": options.per_day}
    return ", ".join(f"{most:g} a {length}" for length, most in limited.items() if most)
