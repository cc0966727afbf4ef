"""An edition in the browser."""

import httpx

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.editions.models import Edition, EditionKind, EditionState


def add_edition(program: Newsletter, clock: FixedClock, state: EditionState) -> int:
    with program.database.write() as session:
        edition = Edition(
            kind=EditionKind.BULLETIN,
            state=state,
            title="Bulletin",
            subject="Fair on Saturday",
            template="bulletin",
            transport="default",
            masthead={},
            web_html="<html><body><p style='color: red'>Come to the fair</p></body></html>",
            created_at=clock.now(),
            send_at=clock.now(),
        )
        session.add(edition)
        session.flush()
        return edition.id


def test_a_sent_edition_is_shown_as_it_was_mailed(
    client: httpx.Client, program: Newsletter, clock: FixedClock
) -> None:
    number = add_edition(program, clock, EditionState.SENT)
    response = client.get(f"/editions/{number}")
    assert "Come to the fair" in response.text
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "style-src 'unsafe-inline'" in policy
    assert "script-src" not in policy


def test_an_edition_that_has_not_left_is_nobodys_business(
    client: httpx.Client, program: Newsletter, clock: FixedClock
) -> None:
    number = add_edition(program, clock, EditionState.DRAFT)
    assert client.get(f"/editions/{number}").status_code == 404


def test_an_unknown_edition_is_not_found(client: httpx.Client) -> None:
    for path in ("/editions/4711", "/editions/" + "9" * 40, "/editions/x", "/editions/"):
        assert client.get(path).status_code == 404
