"""Sample subscribers in each status and frequency, to show who is mailed and who is not."""

from dataclasses import dataclass

from newsletter.actions import subscribers
from newsletter.actions.context import Context
from newsletter.staff.actors import Actor
from subscribers import store
from subscribers.membership import Signup
from subscribers.models import Frequency

PROOF = "sample subscriber of the demonstration"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A sample subscriber and their status."""

    joining: Signup
    confirmed: bool = True
    has_left: bool = False


def _joining(address: str, name: str, *topics: str, frequency: Frequency) -> Signup:
    return Signup(address=address, name=name, topics=topics, frequency=frequency)


REGULAR = Frequency.REGULAR
SAMPLES = (
    Sample(joining=_joining("ada.fenn@example.org", "Ada Fenn", frequency=REGULAR)),
    Sample(joining=_joining("b.okoro@example.org", "Benedict Okoro", frequency=REGULAR)),
    Sample(
        joining=_joining(
            "carys@example.net", "Carys Llewellyn", "housing", "transport", frequency=REGULAR
        )
    ),
    Sample(joining=_joining("d.o'hara@example.net", "Dónal O’Hara", "policing", frequency=REGULAR)),
    Sample(joining=_joining("eve@example.com", "", frequency=Frequency.WEEKLY)),
    Sample(joining=_joining("farid@example.com", "Farid", frequency=Frequency.BULLETINS)),
    Sample(joining=_joining("greta@example.com", "Greta Moor", frequency=REGULAR), confirmed=False),
    Sample(joining=_joining("hal@example.com", "Hal Prior", frequency=REGULAR), has_left=True),
)


def add_samples(context: Context, actor: Actor) -> int:
    """Add the missing samples; returns how many."""
    with context.database.read() as session:
        new = [s for s in SAMPLES if store.find_by_address(session, s.joining.address) is None]
    for sample in new:
        proof = PROOF if sample.confirmed else ""
        added = subscribers.add(context, actor, sample.joining, proof)
        if sample.has_left:
            subscribers.end(context, actor, added.number)
    return len(new)
