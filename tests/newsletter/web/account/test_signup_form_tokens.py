"""The signed token of a sign-up form: which wording was shown, and when."""

import html
import re
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from support import (
    SECRET,
)

from newsletter.app import Newsletter
from newsletter.clock import FixedClock
from newsletter.config.tables.joining_options import JoiningOptions
from newsletter.tokens.signing import Signer
from newsletter.web.account.form_tokens import FormTokens
from newsletter.web.services import SiteServices
from subscribers import store
from subscribers.models import SubscriberStatus

Show = Callable[[SiteServices], None]

ANN = "ann@example.org"
FORM = {"address": ANN, "name": "Ann", "topic": "housing", "frequency": "weekly", "website": ""}
MARKS = FormTokens(Signer(SECRET, "form"), JoiningOptions().wording)
FORM["form"] = MARKS.make_permanent()


def status_of(program: Newsletter, address: str) -> SubscriberStatus | None:
    with program.database.read() as session:
        found = store.find_by_address(session, address)
        return found.status if found else None


def test_an_expired_form_is_shown_again_with_its_values(
    client: httpx.Client, program: Newsletter, clock: FixedClock
) -> None:
    mark = MARKS.make(clock.now() - timedelta(days=2))
    page = client.post("/subscribe", data=FORM | {"form": mark})
    assert "had been open for a long time" in page.text
    assert f'value="{ANN}"' in page.text
    assert status_of(program, ANN) is None


@pytest.mark.parametrize("mark", ["", "forged.mark", Signer(SECRET, "confirm").sign("x.standing")])
def test_a_signup_without_wording_is_refused(
    client: httpx.Client, program: Newsletter, mark: str
) -> None:
    assert client.post("/subscribe", data=FORM | {"form": mark}).status_code == 200
    assert status_of(program, ANN) is None


def test_a_copied_form_with_old_wording_shows_the_new_wording(
    client: httpx.Client, program: Newsletter
) -> None:
    older = FormTokens(Signer(SECRET, "form"), "Other words.").make_permanent()
    page = client.post("/subscribe", data=FORM | {"form": older})
    assert program.config.joining.wording in page.text
    assert status_of(program, ANN) is None


def test_the_embedded_form_works_as_copied(client: httpx.Client, program: Newsletter) -> None:
    page = html.unescape(client.get("/subscribe/form").text)
    mark = re.search(r'name="form" value="([^"]+)"', page)
    assert mark is not None
    client.post("/subscribe", data={"address": ANN, "form": mark[1]})
    assert status_of(program, ANN) is SubscriberStatus.PENDING
