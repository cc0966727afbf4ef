"""The console's main story by the keyboard alone: no step of it takes a mouse."""

from pathlib import Path

import pytest
from browsers import launched
from keyboard import Keyboard
from office import DESK, PASSWORD, TELEPHONE, Office, opened
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

ADA, BEN = "ada@wexcombe.example", "ben@wexcombe.example"
PEOPLE = 6
AGREED = "2024-05-01 10:00:00"
LIST = (
    "Email Address,First Name,OPTIN_TIME\n"
    f"cat at wexcombe.example,Cat,{AGREED}\ndan@wexcombe.example,Dan\neve,Eve,{AGREED}\n"
    + "".join(f"person{number}@wexcombe.example,,{AGREED}\n" for number in range(3, PEOPLE))
)
STORIES = ("Buses come back", "Homes are agreed")


def test_an_office_needs_no_mouse(tmp_path: Path) -> None:
    with (
        launched() as browser,
        opened(tmp_path, browser, has_scripts=True) as office,
        office.desk(DESK) as at_desk,
        office.desk(TELEPHONE) as at_telephone,
    ):
        ada, ben = Keyboard(page=at_desk), Keyboard(page=at_telephone)
        make_the_first_account(office, ada)
        set_the_site_up(office, ada)
        invite(office, ada, ben)
        import_a_list_and_mend_three_rows(office, ada)
        publish_articles(office, ada)
        arrange_the_digest(office, ada)
        approve_it(office, ben)
        set_the_time_to_undo(office, ada, "10m")
        take_a_bulletin_back(office, ben)
        open_and_leave_a_dialog(office, ada)


def opened_at(office: Office, at: Keyboard, path: str) -> None:
    office.open(at.page, path)
    assert at.page.locator("[tabindex]:not([tabindex='0']):not([tabindex='-1'])").count() == 0
    at.skip()


def see(page: Page, words: str) -> None:
    expect(page.get_by_text(words).first).to_be_visible()


def make_the_first_account(office: Office, ada: Keyboard) -> None:
    ada.page.goto(office.set_up_link)
    ada.fill("Your name", "Ada Moor")
    ada.fill("Email address", ADA)
    ada.fill("Password", "short")
    ada.go("Make my account")
    # The summary of what is wrong has the focus; its line leads to the field.
    assert ada.page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    ada.press("Password: a password has at least")
    assert ada.focused().startswith("Password")
    ada.page.keyboard.type(PASSWORD)
    ada.go("Make my account")
    expect(ada.page.get_by_role("heading", name="Today")).to_be_visible()


def set_the_site_up(office: Office, ada: Keyboard) -> None:
    opened_at(office, ada, "/setup")
    ada.fill("Name of the newsletter", "Wexcombe Forward")
    ada.fill("Public address", office.address)
    ada.go("Save")
    opened_at(office, ada, "/setup#imprint")
    ada.fill("Promoter", "M. Hallam")
    ada.fill("Their postal address", "4 Mill Lane, Wexcombe")
    ada.go("Save")
    ada.skip()
    ada.fill("Mail is from", "news@wexcombe.example")
    ada.go("Save")
    ada.skip()
    ada.fill("Mail server", "127.0.0.1")
    ada.choose("STARTTLS", "None")
    ada.fill("Port", str(office.post.port))
    ada.go("Save")
    ada.skip()
    ada.fill("Send a real test mail to", ADA)
    ada.go("Send the test")
    see(ada.page, f"took the mail to {ADA}")


def invite(office: Office, ada: Keyboard, ben: Keyboard) -> None:
    opened_at(office, ada, "/staff/invite")
    ada.fill("Name", "Ben Okoro")
    ada.fill("Email address", BEN)
    ada.choose("Editor", "Sender")
    ada.go("Send the invitation")
    ben.page.goto(office.post.link_to(BEN, r"http://\S+/console/join/\S+"))
    ben.fill("Password", PASSWORD)
    ben.go("Go in")
    ben.press("Menu")
    expect(ben.page.get_by_role("navigation", name="Main")).to_be_visible()
    ben.page.keyboard.press("Escape")
    expect(ben.page.get_by_role("navigation", name="Main")).to_be_hidden()
    assert ben.focused() == "Menu"


def import_a_list_and_mend_three_rows(office: Office, ada: Keyboard) -> None:
    export = office.folder / "members.csv"
    export.write_text(LIST, encoding="utf-8")
    opened_at(office, ada, "/people/import")
    ada.hand_over("The file", export)
    ada.go("Check the file")
    see(ada.page, "What would come of it")
    ada.skip()
    ada.fill("Email Address", "cat@wexcombe.example")
    # What the first row has here stays, and the second lacks.
    ada.reach("Email Address")
    ada.fill("OPTIN_TIME", AGREED)
    ada.fill("Email Address", "eve@wexcombe.example")
    ada.fill("How and when they agreed", "sign-up form of the old site")
    ada.go("Mend and import")
    see(ada.page, "What came of it")


def publish_articles(office: Office, ada: Keyboard) -> None:
    for title in STORIES:
        opened_at(office, ada, "/articles/new")
        ada.fill("Title", title)
        ada.fill("Text", "- In short:")
        # A list of two: from its second item Tab goes on, and the item stays where it is.
        ada.page.keyboard.press("Enter")
        ada.page.keyboard.type(title)
        ada.choose("Keep as a draft", "Publish now")
        assert ada.page.locator(".prose li li").count() == 0
        ada.go("Save")
        see(ada.page, "is published")


def set_the_time_to_undo(office: Office, ada: Keyboard, span: str) -> None:
    opened_at(office, ada, "/settings/option/bulletins.undo")
    ada.fill("Value", span)
    ada.go("Save")
    see(ada.page, "Saved")


def arrange_the_digest(office: Office, ada: Keyboard) -> None:
    set_the_time_to_undo(office, ada, "1s")
    opened_at(office, ada, "/settings/option/digests.friday.approval")
    ada.choose("off", "another")
    ada.go("Save")
    opened_at(office, ada, "/digests/friday")
    ada.fill("A greeting above the stories", "Good morning.")
    ada.go(f"Move “{STORIES[0]}” up")
    first = ada.page.locator(".story textarea").first
    expect(first).to_have_value(STORIES[0])
    ada.skip()
    ada.go("Preview")
    expect(ada.page.frame_locator("iframe").get_by_text("Good morning.")).to_be_visible()
    ada.skip()
    ada.go("Send now …")
    ada.skip()
    ada.go(f"Send to {PEOPLE} people")
    see(ada.page, "It waits for approval")


def approve_it(office: Office, ben: Keyboard) -> None:
    ben.page.goto(office.post.link_to(BEN, r"http://\S+/console/editions/\S+"))
    ben.skip()
    ben.go("Approve")
    see(ben.page, "Approved.")
    ben.page.locator(".live-state").get_by_text("Sent", exact=True).wait_for(timeout=120_000)
    assert len(office.post.recipients(STORIES[0])) == PEOPLE


def take_a_bulletin_back(office: Office, ben: Keyboard) -> None:
    opened_at(office, ben, "/bulletins/new")
    ben.fill("Subject", "Flood")
    ben.fill("Text", "Mill Lane is under water.")
    ben.go("Preview")
    ben.skip()
    ben.go("Send …")
    ben.skip()
    ben.go(f"Send to {PEOPLE} people")
    ben.skip()
    ben.go("Take it back")
    see(ben.page, "Taken back. Nobody was mailed")
    assert office.post.recipients("Flood") == []


def open_and_leave_a_dialog(office: Office, ada: Keyboard) -> None:
    opened_at(office, ada, "/people/1")
    ada.press("They want to leave")
    dialog = ada.page.get_by_role("dialog", name="End this subscription?")
    expect(dialog).to_be_visible()
    ada.reach("End it")
    ada.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert ada.focused() == "They want to leave"
