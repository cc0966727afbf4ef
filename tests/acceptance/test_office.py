"""An office's first day in the console, from an empty folder to an account that is ended.

In Chromium, in Chromium without JavaScript, and in Firefox where it is installed (make stories).
"""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pyotp
import pytest
from browsers import FIREFOX, launched, launched_firefox
from office import DESK, TELEPHONE, Office, opened
from office_steps import (
    BEN,
    EVE,
    MENDED,
    change_setting,
    export_of,
    invite,
    make_the_first_account,
    press,
    publish_articles,
    set_the_site_up,
    type_text,
    wait_for_state,
)
from pictures import gradient, saved
from playwright.sync_api import Browser, Page, expect
from word_clipboard import PASTE, RTF, WORD

pytestmark = pytest.mark.browser

PEOPLE = 200
DIGEST = "Homes are agreed"


@pytest.mark.parametrize(
    ("browsers", "has_scripts"),
    [
        pytest.param(launched, True, id="chromium"),
        pytest.param(launched, False, id="without-javascript"),
        pytest.param(
            launched_firefox,
            True,
            id="firefox",
            marks=pytest.mark.skipif(
                not Path(FIREFOX).exists(), reason="make stories installs Firefox"
            ),
        ),
    ],
)
def test_the_first_day_of_an_office(
    tmp_path: Path, browsers: Callable[[], AbstractContextManager[Browser]], has_scripts: bool
) -> None:
    with (
        browsers() as browser,
        opened(tmp_path, browser, has_scripts=has_scripts) as office,
        office.desk(DESK) as ada,
        office.desk(TELEPHONE) as ben,
    ):
        make_the_first_account(office, ada)
        set_the_site_up(office, ada)
        add_an_authenticator(office, ada)
        invite(office, ada, ben)
        import_a_list_and_mend_three_rows(office, ada)
        publish_articles(office, ada)
        schedule_one_with_a_picture(office, ada)
        arrange_the_digest(office, ada)
        have_it_approved_and_watch_it_being_sent(office, ada, ben)
        send_a_bulletin_and_take_it_back(office, ada, ben)
        stop_a_bulletin_halfway_and_resume_it(office, ada, ben)
        find_what_became_of_a_mail_and_erase_the_person(office, ada)
        end_somebodys_access(office, ada, ben)


def add_an_authenticator(office: Office, ada: Page) -> None:
    office.open(ada, "/account/authenticator")
    secret = ada.get_by_text("Or type this into it").locator("code").inner_text()
    ada.get_by_label("Code", exact=True).fill(pyotp.TOTP(secret.replace(" ", "")).now())
    press(ada, "Switch it on")
    ada.locator(".codes li").nth(7).wait_for()
    ada.get_by_role("link", name="I have them").click()
    ada.get_by_role("heading", name="Your account").wait_for()


def import_a_list_and_mend_three_rows(office: Office, ada: Page) -> None:
    export = office.folder / "members_export.csv"
    export.write_text(export_of(PEOPLE), encoding="utf-8")
    office.open(ada, "/people/import")
    ada.get_by_label("The file").set_input_files(export)
    press(ada, "Check the file")
    ada.get_by_role("heading", name="What would come of it").wait_for()
    for row, (heading, value) in MENDED.items():
        group = ada.get_by_role("group", name=f"Row {row}", exact=True)
        group.get_by_label(heading, exact=True).fill(value)
    ada.get_by_label("How and when they agreed").fill("sign-up form of the old site")
    press(ada, "Mend and import")
    ada.get_by_role("heading", name="What came of it").wait_for()


def schedule_one_with_a_picture(office: Office, ada: Page) -> None:
    picture = saved(gradient(640, 360), "JPEG")
    if office.has_scripts:
        office.open(ada, "/articles/new")
        ada.locator(".prose").wait_for()
        ada.evaluate(PASTE, [WORD, RTF % picture.hex()])
        ada.locator('.prose img[src^="/media/"]').wait_for()
    else:
        write_with_a_picture_in_markdown(office, ada, picture)
    ada.get_by_label("Publish tomorrow, 18:00").check()
    press(ada, "Save")
    ada.get_by_text("appears tomorrow, 18:00").wait_for()


def write_with_a_picture_in_markdown(office: Office, ada: Page, picture: bytes) -> None:
    file = {"name": "quay.jpg", "mimeType": "image/jpeg", "buffer": picture}
    office.open(ada, "/media")
    ada.get_by_label("Add pictures").set_input_files(file)  # type: ignore[arg-type]
    press(ada, "Add")
    ada.get_by_text("Describe, or put in").first.click()
    ada.get_by_label("What it shows").fill("The quay at low tide")
    press(ada, "Save")
    ada.get_by_text("Describe, or put in").first.click()
    line = ada.get_by_text("![The quay at low tide]").text_content()
    office.open(ada, "/articles/new")
    ada.get_by_label("Title").fill("Quay wall mended")
    type_text(ada, f"**It holds**, says the council.\n\n{line}")


def arrange_the_digest(office: Office, ada: Page) -> None:
    change_setting(office, ada, "digests.friday.approval", "another")
    change_setting(office, ada, "bulletins.undo", "1s")
    office.open(ada, "/digests/friday")
    press(ada, f"Lead with “{DIGEST}”")
    press(ada, "Drop “Trees for Millfield” this time")
    ada.get_by_label("A greeting above the stories").fill("Good morning.")
    press(ada, "Preview")
    mail = ada.frame_locator("iframe")
    expect(mail.get_by_text("Good morning.")).to_be_visible()
    expect(mail.get_by_role("heading", name="Trees for Millfield")).to_have_count(0)
    ada.get_by_role("link", name="Send now …").click()
    press(ada, f"Send to {PEOPLE} people")
    ada.get_by_text("It waits for approval").first.wait_for()


def have_it_approved_and_watch_it_being_sent(office: Office, ada: Page, ben: Page) -> None:
    ben.goto(office.post.link_to(BEN, r"http://\S+/console/editions/\S+"))
    expect(ben.frame_locator("iframe").get_by_role("heading", name=DIGEST).first).to_be_visible()
    office.post.hold_after(PEOPLE // 4)
    press(ben, "Approve")
    ben.get_by_text("Approved.").wait_for()
    office.open(ada, "/editions")
    ada.get_by_role("link", name=DIGEST).first.click()
    wait_for_state(ada, "Sending")
    office.post.release()
    wait_for_state(ada, "Sent")
    expect(ada.get_by_role("group", name="The numbers")).to_contain_text(
        re.compile(rf"{PEOPLE}\s+people\s+=\s+{PEOPLE}\s+sent\s+\+\s+0\s+failed")
    )
    to = office.post.recipients(DIGEST)
    assert (len(to), len(set(to))) == (PEOPLE, PEOPLE)


def write_bulletin(office: Office, page: Page, subject: str) -> None:
    office.open(page, "/bulletins/new")
    page.get_by_label("Subject").fill(subject)
    type_text(page, "Mill Lane is under water.")
    press(page, "Preview")
    page.get_by_role("link", name="Send …").click()
    press(page, f"Send to {PEOPLE} people")


def send_a_bulletin_and_take_it_back(office: Office, ada: Page, ben: Page) -> None:
    change_setting(office, ada, "bulletins.undo", "10m")
    write_bulletin(office, ben, "Flood")
    expect(ben.locator(".undo-clock")).to_contain_text("leaves")
    ben.get_by_role("button", name="Take it back").first.click()
    ben.get_by_text("Taken back. Nobody was mailed").wait_for()
    assert office.post.recipients("Flood") == []


def stop_a_bulletin_halfway_and_resume_it(office: Office, ada: Page, ben: Page) -> None:
    change_setting(office, ada, "bulletins.undo", "1s")
    office.post.hold_after(PEOPLE // 2)
    write_bulletin(office, ben, "Road closed")
    wait_for_state(ben, "Sending")
    office.open(ada, "/stop")
    press(ada, "Stop everything")
    ada.get_by_text("Stopped: 1 edition").wait_for()
    # Senders look at the edition's state once a second, at the mail that follows.
    ada.wait_for_timeout(1500)
    office.post.release()
    ada.get_by_role("link", name="See why").click()
    wait_for_state(ada, "Paused")
    assert 0 < len(office.post.recipients("Road closed")) < PEOPLE
    press(ada, "Go on")
    wait_for_state(ada, "Sent")
    to = office.post.recipients("Road closed")
    assert (len(to), len(set(to))) == (PEOPLE, PEOPLE)


def find_what_became_of_a_mail_and_erase_the_person(office: Office, ada: Page) -> None:
    office.open(ada, "/people")
    ada.get_by_label("Find by address or name").fill(EVE)
    press(ada, "Show")
    expect(ada.get_by_text("250 2.0.0 kept").first).to_be_visible()
    ada.get_by_role("link", name=DIGEST).click()
    expect(ada.frame_locator("iframe").get_by_text("Good morning.")).to_be_visible()
    ada.get_by_role("link", name="The person").click()
    ada.get_by_role("link", name="Erase").click()
    press(ada, "Erase for good")
    ada.get_by_role("heading", name="People").wait_for()
    assert ada.get_by_text(EVE).count() == 0


def end_somebodys_access(office: Office, ada: Page, ben: Page) -> None:
    office.open(ada, "/staff")
    ada.get_by_role("link", name="Ben Okoro").click()
    press(ada, "End their access")
    expect(ada.get_by_text("Ended").first).to_be_visible()
    office.open(ben, "/people")
    ben.get_by_role("heading", name="Sign in").wait_for()
