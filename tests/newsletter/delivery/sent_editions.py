"""Makes editions and reads their state."""

from support import RecordingTransport

from newsletter.app import Newsletter
from newsletter.delivery.ledger import store as ledger_store
from newsletter.editions import store
from newsletter.editions.compose import BulletinDraft, compose_bulletin, compose_digest
from newsletter.editions.models import Edition, EditionState

ANN, BEN, CAT = (f"{name}@wexcombe.example" for name in ("ann", "ben", "cat"))


def make_digest(app: Newsletter, name: str = "friday") -> Edition:
    with app.database.write() as session:
        made = compose_digest(
            session, app.config, app.renderer, name, period=None, now=app.clock.now()
        )
    assert isinstance(made, Edition)
    return made


def make_bulletin(app: Newsletter, *, topics: tuple[str, ...] = (), again: bool = False) -> Edition:
    draft = BulletinDraft(
        subject="Flood warning", text="Stay **home**.", topics=topics, again=again
    )
    with app.database.write() as session:
        return compose_bulletin(session, app.config, draft, app.clock.now())


def state_of(app: Newsletter, edition: Edition) -> EditionState:
    with app.database.read() as session:
        return store.state_of(session, edition.id)


def counts_of(app: Newsletter, edition: Edition) -> dict[str, int]:
    with app.database.read() as session:
        return {k.value: v for k, v in ledger_store.counts(session, edition.id).items()}


def recipients(transport: RecordingTransport) -> list[str]:
    return sorted(mail.recipient for mail in transport.taken)
