"""What came back, in the console."""

from console_support import Console
from support import add_subscriber

from newsletter.actions import feedback
from newsletter.staff.actors import provider
from newsletter.staff.permissions import Role
from newsletter.transports.events import Event, EventKind, EventSource

ANN = "ann@littlewexcombe.example"


def bounce(console: Console) -> None:
    with console.app.database.write() as session:
        add_subscriber(session, ANN, console.app.clock.now())
    event = Event(
        kind=EventKind.HARD,
        source=EventSource.WEBHOOK,
        recipient=ANN,
        reason="550 <b>no such user</b>",
        evidence=b"<script>what arrived</script>",
    )
    feedback.record(console.app, provider("default"), [event])


def test_a_bounce_is_listed_with_what_followed(console: Console) -> None:
    bounce(console)
    text = console.as_role(Role.OWNER).get("/feedback").text
    assert ANN in text.replace("<wbr>", "")
    assert "No more mail to this address" in text


def test_a_bounce_shows_what_arrived_as_text(console: Console) -> None:
    bounce(console)
    text = console.as_role(Role.OWNER).get("/feedback/1").text
    assert "&lt;script&gt;what arrived" in text


def test_a_suppression_is_undone_with_its_reason(console: Console) -> None:
    bounce(console)
    owner = console.as_role(Role.OWNER)
    owner.send("/feedback/1/undo", {"because": "a mistake of their server"})
    assert "Undone: a mistake of their server" in owner.get("/feedback").text


def test_domains_are_counted(console: Console) -> None:
    bounce(console)
    assert "littlewexcombe.example" in console.as_role(Role.VIEWER).get("/feedback/domains").text


def test_addresses_are_not_shown_to_viewers(console: Console) -> None:
    bounce(console)
    assert console.as_role(Role.VIEWER).get("/feedback").status_code == 403
