"""The site that the changes of this folder are made on."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import update
from support import RecordingTransport, add_article, add_subscriber, make_app

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.delivery.ledger.models import Delivery, DeliveryState
from newsletter.editions.compose import compose_digest
from newsletter.editions.models import Edition, EditionState
from newsletter.staff.actors import Actor
from subscribers.consent import ConsentOrigin
from subscribers.membership import Preferences, Signup
from subscribers.models import Frequency
from subscribers.topics import Choice

# The subscribers of the site: Ann has confirmed, Pat has not.
ANN, PAT = 1, 2
ORIGIN = ConsentOrigin(source="test")
FRIDAY = datetime(2026, 11, 27, 9, tzinfo=UTC)
WISHES = Preferences(
    name="Ann", choice=Choice(topics=("housing",), digests=()), frequency=Frequency.WEEKLY
)
JOINING = Signup(address="zoe@wexcombe.example", name="Zoe")
Call = Callable[[Actor], object]
Change = Callable[[Newsletter], Call]
"""Prepares a site; returns the call that changes it."""

EXTRA = """
[joining]
changed = true
[each_article]
is_on = true
[sources.neighbours]
url = "https://neighbours.example/rss"
"""


def make_site(folder: Path, database_url: str) -> Newsletter:
    """An empty site whose mail goes to a recorder, on a Friday."""
    return make_app(folder, database_url, FixedClock(FRIDAY), EXTRA, RecordingTransport())


def fill(app: Newsletter) -> None:
    """An article and two subscribers."""
    now = app.clock.now()
    with app.database.write() as session:
        add_article(session, "Homes", now, topics=["housing"])
        add_subscriber(session, "ann@wexcombe.example", now, name="Ann Moor")
        add_subscriber(session, "pat@wexcombe.example", now, name="Pat Moor", proven=False)


def edition(app: Newsletter, state: EditionState = EditionState.QUEUED) -> int:
    """A digest's edition in a state."""
    with app.database.write() as session:
        made = compose_digest(
            session, app.config, app.renderer, "friday", period=None, now=app.clock.now()
        )
        assert isinstance(made, Edition)
        made.state = state
        return made.id


def sent_edition(app: Newsletter, state: DeliveryState) -> int:
    """An edition whose one delivery is in a state."""
    number = edition(app)
    app.engine.send(number)
    with app.database.write() as session:
        session.execute(update(Delivery).values(state=state))
    return number
