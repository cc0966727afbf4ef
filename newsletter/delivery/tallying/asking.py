"""What the tally and the ledger together know of everybody now."""

from collections.abc import Collection, Mapping, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from newsletter.delivery.tallying import store
from newsletter.delivery.tallying.changes import MAILED, Settled, applied, as_bits, groups_of

# Beyond this, reading the whole ledger is not much dearer.
MOST_ASKED = 20_000
MOST_EDITIONS = 20
TRIES = 3


def slices_of(
    session: Session, fields: Collection[str], zone: ZoneInfo
) -> Mapping[str, Sequence[int]] | None:
    """The digits of fields, of everybody; days as `portraits.number_of` has them.

    None where too much is not taken in yet, or is taken in all the time, or by another zone's days,
    or where what was sent has been changed by hand.
    """
    for _ in range(TRIES):
        tally = store.state(session)
        generation = tally.generation
        settled = _not_in_tally(session)
        if settled is None or (MAILED in fields and tally.zone != str(zone)):
            return None
        groups = as_bits(groups_of(settled, zone))
        kept = store.slices_of(session, fields)
        slices = {field: applied(field, kept[field], groups) for field in fields}
        # In a writing block on PostgreSQL each statement sees what has been written by then.
        if store.state(session).generation == generation:
            return slices
    return None


def _not_in_tally(session: Session) -> list[Settled] | None:
    """What the ledger is asked for; None where it is too much."""
    editions = store.not_taken_in(session)
    if len(editions) > MOST_EDITIONS or store.is_spoiled(session):
        return None
    found = store.open_ones(session, MOST_ASKED + 1)
    for edition_id, after in editions.items():
        room = MOST_ASKED + 1 - sum(len(one.people) for one in found)
        if room > 0:
            found += store.settled_after(session, edition_id, after, room)
    return found if sum(len(one.people) for one in found) <= MOST_ASKED else None
