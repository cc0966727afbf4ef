"""Parts of pages that renew themselves, and who is shown them."""

from datetime import timedelta
from threading import Timer

from console_support import Console
from support import add_subscriber

from newsletter.actions import bulletins, staff
from newsletter.editions.compose import BulletinDraft
from newsletter.staff.actors import operator
from newsletter.staff.permissions import Role


def test_live_updates_end_with_the_session(console: Console) -> None:
    app, ann = console.app, operator("ann")
    with app.database.write() as session:
        add_subscriber(session, "bea@wexcombe.example", app.clock.now())
    later = app.clock.now() + timedelta(days=1)
    sent = bulletins.send(app, ann, BulletinDraft(subject="Flood", text="Stay.", send_at=later))
    viewer = console.as_role(Role.VIEWER)
    assert viewer.member_id is not None
    end = Timer(0.2, staff.end, (app, ann, viewer.member_id))
    end.start()
    told = viewer.get(f"/editions/{sent.number}/live").text
    end.join(60)
    assert told.startswith("event: part")
    assert told.endswith("event: end\ndata:\n\n")
