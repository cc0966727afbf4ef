"""The eight tasks of an administrator, held to the pages and presses that they may take at most.

Each begins on its page of the menu, and ends on the last page that something is done on; what only
tells that it is done comes after that. `pytest -s` shows the table.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from administrator import Administrator, Limit, Task
from browsers import launched
from office import DESK, PASSWORD, TELEPHONE, Office, opened
from office_steps import (
    ADA,
    MENDED,
    STORIES,
    answers_of,
    change_setting,
    export_of,
    invite,
    publish_articles,
    type_text,
    wait_for_state,
)
from pictures import gradient, saved
from word_clipboard import PASTE, RTF, WORD

pytestmark = pytest.mark.browser

PEOPLE = 30
READER = "person5@wexcombe.example"
FIRST = Limit(pages=6)
ARTICLE = Limit(pages=1, presses=6)
DIGEST = Limit(pages=2)
BULLETIN = Limit(pages=4, seconds=60)
ANSWER = Limit(pages=2)
LIST = Limit(pages=4)
ENDING = Limit(presses=2)
STOP = Limit(pages=2, presses=2)


@pytest.mark.parametrize("has_scripts", [True, False], ids=["scripts", "without-javascript"])
@pytest.mark.parametrize("screen", [DESK, TELEPHONE], ids=["desk", "telephone"])
def test_each_task_keeps_to_its_pages_and_presses(
    tmp_path: Path, screen: dict[str, int], has_scripts: bool
) -> None:
    with (
        launched() as browser,
        opened(tmp_path, browser, has_scripts=has_scripts) as office,
        office.desk(screen) as page,
        office.desk(DESK) as other,
    ):
        ada = Administrator(page=page)
        send_a_first_test_mail(office, ada)
        bring_a_list_in(office, ada)
        publish_articles(office, page)
        schedule_an_article(office, ada)
        change_setting(office, page, "digests.friday.approval", "sender")
        approve_the_digest(office, ada)
        take_a_bulletin_back(office, ada)
        change_setting(office, page, "bulletins.undo", "1s")
        stop_everything(office, ada)
        find_what_became_of_a_mail(office, ada)
        invite(office, page, other)
        end_an_access(office, ada)
    print("", f"{'task':34}{'pages':>6}{'presses':>9}{'seconds':>9}", *ada.tasks, sep="\n")
    assert [fault for task in ada.tasks for fault in task.faults()] == []
    assert len(ada.tasks) == 8


@contextmanager
def task(office: Office, ada: Administrator, name: str, limit: Limit, path: str) -> Iterator[Task]:
    """A task that begins on a page of the menu."""
    office.open(ada.page, path)
    with ada.task(name, limit) as begun:
        yield begun


def send_a_first_test_mail(office: Office, ada: Administrator) -> None:
    ada.page.goto(office.set_up_link)
    with ada.task("1 first test mail", FIRST):
        ada.type("Your name", "Ada Moor")
        ada.type("Email address", ADA)
        ada.type("Password", PASSWORD)
        ada.button("Make my account")
        ada.link("Go on")
        for step, fields in answers_of(office).items():
            section = ada.page.locator(f"#{step}")
            for label, value in fields.items():
                found = section.locator(label) if label[0] == "#" else section.get_by_label(label)
                found.first.fill(value)
            if step == "transport":
                ada.choose(re.compile("^None"), section)
            ada.press(section.get_by_role("button", name="Save"))
            ada.sees("Saved.")
        ada.type("Send a real test mail to", ADA)
        ada.button("Send the test")
        ada.sees(f"took the mail to {ADA}")


def schedule_an_article(office: Office, ada: Administrator) -> None:
    with task(office, ada, "2 article from Word", ARTICLE, "/articles/new"):
        picture = office.folder / "quay.jpg"
        picture.write_bytes(saved(gradient(640, 360), "JPEG"))
        if office.has_scripts:
            ada.page.locator(".prose").wait_for()
            ada.page.evaluate(PASTE, [WORD, RTF % picture.read_bytes().hex()])
            ada.page.locator('.prose img[src^="/media/"]').wait_for()
        else:
            ada.type("Title", "Quay wall mended")
            type_text(ada.page, "**It holds**, says the council.")
            ada.press(ada.page.get_by_text("Picture, author, summary"))
            ada.hand_over("Picture at the top", picture)
        ada.type("Topics", "Housing")
        ada.choose("Publish tomorrow, 18:00")
        ada.finish("Save")
        ada.sees("“Quay wall mended” appears tomorrow, 18:00")


def approve_the_digest(office: Office, ada: Administrator) -> None:
    with task(office, ada, "3 digest looked at and approved", DIGEST, "/digests/friday"):
        ada.button(f"Move “{STORIES[1]}” up")
        ada.button(f"Drop “{STORIES[2]}” this time")
        ada.type("A greeting above the stories", "Good morning.")
        ada.button("Preview")
        ada.type("A subscriber’s address", READER)
        ada.button("Show")
        ada.page.frame_locator("iframe").get_by_text("Good morning.").wait_for()
        ada.finish("Approve as it is")
        ada.sees("Until it leaves, you can take it back")


def take_a_bulletin_back(office: Office, ada: Administrator) -> None:
    with task(office, ada, "4 bulletin sent and taken back", BULLETIN, "/bulletins/new"):
        _send(ada, "Flood")
        ada.sees("leaves in")
        ada.button("Take it back")
        ada.sees("Taken back. Nobody was mailed")
    assert office.post.recipients("Flood") == []


def _send(ada: Administrator, subject: str) -> None:
    ada.type("Subject", subject)
    type_text(ada.page, "Mill Lane is under water.")
    ada.button("Preview")
    ada.link("Send …")
    ada.button(f"Send to {PEOPLE} people")


def stop_everything(office: Office, ada: Administrator) -> None:
    office.post.hold_after(PEOPLE // 2)
    office.open(ada.page, "/bulletins/new")
    _send(ada, "Road closed")
    wait_for_state(ada.page, "Sending")
    with task(office, ada, "8 everything stopped", STOP, "/articles"):
        ada.press(ada.page.locator("a[href$='/stop']").locator("visible=true").first)
        ada.finish("Stop everything")
        ada.sees("Stopped: ")
    office.post.release()


def find_what_became_of_a_mail(office: Office, ada: Administrator) -> None:
    with task(office, ada, "5 did this person get it", ANSWER, "/people"):
        ada.type("Find by address or name", READER)
        ada.button("Show")
        ada.sees("What to do")
        ada.sees("Road closed")
    ada.link("Road closed")
    ada.page.frame_locator("iframe").get_by_text("Mill Lane is under water.", exact=True).wait_for()


def bring_a_list_in(office: Office, ada: Administrator) -> None:
    export = office.folder / "members_export.csv"
    export.write_text(export_of(PEOPLE), encoding="utf-8")
    with task(office, ada, "6 list from Mailchimp", LIST, "/people/import"):
        ada.hand_over("The file", export)
        ada.button("Check the file")
        for row, (heading, value) in MENDED.items():
            group = ada.page.get_by_role("group", name=f"Row {row}", exact=True)
            group.get_by_label(heading, exact=True).fill(value)
        ada.type("How and when they agreed", "sign-up form of the old site")
        ada.button("Mend and import")
        ada.sees("What came of it")


def end_an_access(office: Office, ada: Administrator) -> None:
    with task(office, ada, "7 access ended", ENDING, "/staff"):
        ada.link("Ben Okoro")
        ada.button("End their access")
        ada.sees("Ended")
    ada.sees("What they did")
