"""Every list that can be long: sorted both ways, with the order kept in the address."""

import re

import pytest
from console_support import Console
from support import add_article, add_subscriber

from newsletter.actions import bulletins
from newsletter.editions.compose import BulletinDraft
from newsletter.staff.actors import operator
from newsletter.staff.permissions import Role

SORTED = re.compile(r'aria-sort="(\w+)"')


@pytest.mark.parametrize(
    ("path", "column"),
    [("/articles", "title"), ("/editions", "when"), ("/people", "since"), ("/audit", "when")],
)
def test_a_list_is_sorted_by_its_headings(console: Console, path: str, column: str) -> None:
    app = console.app
    with app.database.write() as session:
        add_article(session, "Homes agreed", app.clock.now())
        add_subscriber(session, "bea@wexcombe.example", app.clock.now())
    bulletins.send(app, operator("ann"), BulletinDraft(subject="Flood", text="Stay in."))
    owner = console.as_role(Role.OWNER)
    usual = owner.get(path).text
    assert SORTED.findall(usual) == ["descending"]
    assert f'href="/console{path}?sort={column}"' in usual
    page = owner.get(f"{path}?sort={column}").text
    assert SORTED.findall(page) == ["ascending"]
    # Filtered anew, it stays sorted.
    assert f'name="sort" value="{column}"' in page
