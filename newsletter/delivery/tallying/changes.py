"""What settled deliveries change of what is known of people: pure, on bits."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from newsletter.delivery.ledger.models import DeliveryState
from subscribers.finding.bits import add, bits_of, raise_to, subtract
from subscribers.finding.patching import by_block
from subscribers.finding.portraits import number_of

RECEIVED, MAILED, BOUNCED = FIELDS = ("received", "mailed", "bounced")


@dataclass(frozen=True, kw_only=True)
class Settled:
    """Deliveries of one edition, all with the same history."""

    edition_id: int
    was: DeliveryState | None
    """In which state they are in the tally; None: they are not."""
    state: DeliveryState
    """What the ledger says of them now."""
    settled_at: datetime | None
    people: Sequence[int]


@dataclass(frozen=True)
class Change:
    """What is to become of the tally of some people."""

    was: DeliveryState | None
    state: DeliveryState
    day: int
    """As `number_of` has it; 0 where they were not sent it."""


# Who was in one edition is in one of its groups at most: 1 is added to each person once.
Groups = Sequence[tuple[Change, Sequence[int]]]
BitGroups = Sequence[tuple[Change, int]]


def groups_of(settled: Iterable[Settled], zone: ZoneInfo) -> Groups:
    """The fewest groups of people for whom the same is to be done at once."""
    found: dict[tuple[int, Change], list[int]] = defaultdict(list)
    for one in settled:
        sent_at = one.settled_at if one.state is DeliveryState.SENT else None
        day = number_of(sent_at.astimezone(zone).date()) if sent_at else 0
        change = Change(was=one.was, state=one.state, day=day)
        found[one.edition_id, change].extend(one.people)
    return [(change, people) for (_, change), people in found.items()]


def as_bits(groups: Groups) -> BitGroups:
    """The groups with everybody's number as it is."""
    return [(change, bits_of(people)) for change, people in groups]


def by_blocks(groups: Groups) -> Mapping[int, BitGroups]:
    """The groups of each block, people numbered from the block's first."""
    blocks: dict[int, list[tuple[Change, int]]] = defaultdict(list)
    for change, people in groups:
        for block, places in by_block(people).items():
            blocks[block].append((change, bits_of(places)))
    return blocks


def applied(field: str, slices: Sequence[int], groups: BitGroups) -> list[int]:
    """The digits of a field after all that has changed."""
    changed = list(slices)
    for change, people in groups:
        if field == BOUNCED and change.was is DeliveryState.FAILED:
            changed = subtract(changed, people)
        if field == BOUNCED and change.state is DeliveryState.FAILED:
            changed = add(changed, people)
        if field == RECEIVED and change.state is DeliveryState.SENT:
            changed = add(changed, people)
        if field == MAILED and change.day:
            changed = raise_to(changed, change.day, people)
    return changed
