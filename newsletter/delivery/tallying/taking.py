"""Taking settled deliveries into the tally, so many at a time, each in one transaction.

Of every delivery the tally has either all that the ledger says, or it is beyond how far its
edition is taken in, or it stands among the open ones with what the tally has of it: a count adds
what the ledger says of the last two, and is right at every moment. A transaction moves deliveries
from one of the three to another, so a crash leaves what was before it; meanwhile workers may settle
what waits, which is looked at once and stands as open or is taken in, and nothing that is settled
can change: its triggers (`following`) wait for the transaction, and open it then. Two who take in
at once follow one another: each begins where the other ended.
"""

import time
from dataclasses import dataclass
from itertools import zip_longest
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from newsletter.database import Database
from newsletter.delivery.tallying import store
from newsletter.delivery.tallying.changes import Groups, applied, by_blocks, groups_of
from newsletter.delivery.tallying.models import TalliedEdition

# Between two transactions, so that others who write get their turn.
PAUSE_SECONDS = 0.005


@dataclass(frozen=True, kw_only=True)
class Portion:
    """How much is taken in by one transaction."""

    at_once: int = 20_000
    most_open: int = 5_000
    """An edition is taken in up to where more of it wait: a count looks at each of them."""


PORTION = Portion()


def take_in(database: Database, zone: ZoneInfo, portion: Portion = PORTION) -> int:
    """Take in whatever is settled; how many deliveries were looked at.

    Args:
        zone: whose days are kept; where it is another than before, all is begun anew.
    """
    with database.read() as session:
        is_useless = store.state(session).zone != str(zone) or store.is_spoiled(session)
    if is_useless:
        with database.write() as session:
            if store.hold_alone(session):
                store.begin_anew(session, str(zone))
    with database.read() as session:
        editions = sorted({*store.not_taken_in(session), *store.with_open_ones(session)})
    return sum(_take_in_edition(database, edition_id, zone, portion) for edition_id in editions)


def _take_in_edition(database: Database, edition_id: int, zone: ZoneInfo, portion: Portion) -> int:
    total = 0
    while True:
        with database.write() as session:
            taken = _take_in_some(session, edition_id, zone, portion)
        if not taken:
            return total
        total += taken
        time.sleep(PAUSE_SECONDS)


def _take_in_some(session: Session, edition_id: int, zone: ZoneInfo, portion: Portion) -> int:
    """The next deliveries, and the open ones that are settled; how many."""
    if not store.hold_alone(session):
        return 0
    if store.state(session).zone != str(zone) or store.is_spoiled(session):
        return 0
    progress = store.progress(session, edition_id)
    again = store.settled_meanwhile(session, edition_id, portion.at_once)
    settled = store.open_of(session, again, edition_id) if again else []
    store.close(session, again, edition_id)
    first, last = progress.through, _end(session, progress, portion)
    if last > first:
        store.open_waiting(session, edition_id, first, last)
        settled += store.settled_between(session, edition_id, first, last)
        progress.through = last
    taken = last - first + len(again)
    if taken:
        _write(session, groups_of(settled, zone))
        store.state(session).generation += 1
    return taken


def _end(session: Session, progress: TalliedEdition, portion: Portion) -> int:
    """Up to which delivery the edition can be taken in now."""
    number, first = progress.edition_id, progress.through
    last = min(first + portion.at_once, progress.last)
    room = max(portion.most_open - store.count_open(session, number), 0)
    beyond = store.nth_waiting(session, number, first, last, room)
    # What waits at the end is left out: nothing of it would be taken in.
    return store.last_settled(session, number, first, last if beyond is None else beyond - 1)


def _write(session: Session, groups: Groups) -> None:
    for block, of_block in by_blocks(groups).items():
        written = {}
        for field, before in store.slices_of_block(session, block).items():
            after = applied(field, before, of_block)
            pairs = zip_longest(before, after, fillvalue=0)
            changed = {(field, n): new for n, (old, new) in enumerate(pairs) if new != old}
            written.update(changed)
        store.write_block(session, block, written)
