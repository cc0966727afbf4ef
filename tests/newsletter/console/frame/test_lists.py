"""Every list that can be long: sorted both ways, with the order kept in the address."""

import csv
import re
from collections.abc import Sequence
from io import StringIO

import pytest
from console_support import Console
from support import add_article, add_subscriber

from newsletter.actions import bulletins
from newsletter.console.frame.presentation.listing import Column, csv_parts, pages_of
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


@pytest.mark.parametrize("count", [0, 1, 4, 5])
def test_a_file_is_read_in_pages_and_holds_each_row_once(count: int) -> None:
    rows = [f"row {number}" for number in range(count)]
    lengths = []

    def read(after: int | None, limit: int) -> Sequence[str]:
        page = pages_of(rows, rows.index)(after, limit)
        lengths.append(len(page))
        return page

    column = Column[str](name="Row", value=str)
    parts = list(csv_parts([column], read, rows.index, page_size=2))
    assert max(lengths) <= 2
    assert [*csv.reader(StringIO("".join(parts)))] == [["Row"], *([row] for row in rows)]


@pytest.mark.parametrize(
    "path",
    [
        "/articles?format=csv",
        "/editions?format=csv",
        "/editions/1/answers/file?state=queued",
        "/bulletins?format=csv",
        "/feedback/file",
        "/media?format=csv",
        "/segments?format=csv",
        "/staff?format=csv",
        "/staff/keys?format=csv",
        "/audit?format=csv",
    ],
)
def test_a_list_is_downloaded_as_a_file(console: Console, path: str) -> None:
    app = console.app
    bulletins.send(app, operator("ann"), BulletinDraft(subject="Flood", text="Stay in."))
    answer = console.as_role(Role.OWNER).get(path)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "," in answer.text.splitlines()[0]


PEOPLE_LISTS = ["/feedback", "/editions/1/answers", "/editions/1/people"]


@pytest.mark.parametrize("path", PEOPLE_LISTS)
def test_a_list_of_people_is_no_file_for_whoever_may_not_export(
    console: Console, path: str
) -> None:
    bulletins.send(console.app, operator("ann"), BulletinDraft(subject="Flood", text="Stay in."))
    sender = console.as_role(Role.SENDER)
    assert sender.get(f"{path}/file").status_code == 403
    page = sender.get(f"{path}?format=csv")
    assert page.headers["content-type"].startswith("text/html")
    assert "Download as CSV" not in page.text


@pytest.mark.parametrize("path", PEOPLE_LISTS)
def test_the_file_of_a_list_of_people_leaves_a_line_in_the_audit_log(
    console: Console, path: str
) -> None:
    bulletins.send(console.app, operator("ann"), BulletinDraft(subject="Flood", text="Stay in."))
    owner = console.as_role(Role.OWNER)
    owner.get(f"{path}/file")
    assert "Exported the people of a list" in owner.get("/audit").text


def test_staff_are_sorted_and_chosen_by_their_role(console: Console) -> None:
    owner, _ = console.as_role(Role.OWNER), console.add_member(Role.VIEWER)
    usual = [line["Role"] for line in rows_of(owner.get("/staff?sort=role&format=csv").text)]
    assert usual == ["owner", "viewer"]
    [viewer] = rows_of(owner.get("/staff?role=viewer&format=csv").text)
    assert viewer["State"] == "active"


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))
