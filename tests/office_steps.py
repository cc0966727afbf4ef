"""What people do in the console, in a browser: steps of the stories of an office."""

import re

from office import PASSWORD, Office
from playwright.sync_api import Locator, Page

# For hundreds of mails to a server that keeps each of them, also on a busy machine.
SENDING_MS = 120_000
ADA, BEN, EVE = "ada@wexcombe.example", "ben@wexcombe.example", "eve@wexcombe.example"
HEAD = "Email Address,First Name,MEMBER_RATING,OPTIN_TIME,UNSUB_TIME,LEID,EUID\n"
AGREED = "2024-05-01 10:00:00"
# Bad addresses, and cells that are missing.
BAD_ROWS = (
    f"cat at wexcombe.example,Cat,2,{AGREED},,1,a\n"
    "dan@wexcombe.example,Dan\n"
    f"eve,Eve,2,{AGREED},,3,c\n"
)
# The cell of each bad row, and what is right.
MENDED = {
    2: ("Email Address", "cat@wexcombe.example"),
    3: ("OPTIN_TIME", AGREED),
    4: ("Email Address", EVE),
}
STORIES = ("Buses come back", "Homes are agreed", "Trees for Millfield")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def type_anew(field: Locator, text: str) -> None:
    """In Firefox `fill` selects nothing in a field for addresses, and would add to its text."""
    field.press("ControlOrMeta+a")
    field.press("Delete")
    field.fill(text)


def wait_for_state(page: Page, state: str) -> None:
    """On the page of an edition, which renews itself."""
    page.locator(".live-state").get_by_text(state, exact=True).wait_for(timeout=SENDING_MS)


def type_text(page: Page, text: str) -> None:
    page.get_by_role("textbox", name=re.compile("^Text")).fill(text)


def make_the_first_account(office: Office, ada: Page) -> None:
    ada.goto(office.set_up_link)
    ada.get_by_label("Your name").fill("Ada Moor")
    ada.get_by_label("Email address").fill(ADA)
    ada.get_by_label("Password").fill(PASSWORD)
    press(ada, "Make my account")
    ada.get_by_role("heading", name="Today").wait_for()


def answers_of(office: Office) -> dict[str, dict[str, str]]:
    """What the parts of the set-up page are told: by labels, or the ids of fields."""
    return {
        "site": {"Name of the newsletter": "Wexcombe Forward", "Public address": office.address},
        "imprint": {"Promoter": "M. Hallam", "#field-promoter_address": "4 Mill Lane, Wexcombe"},
        "sender": {"Mail is from": "news@wexcombe.example"},
        "transport": {"Mail server": "127.0.0.1", "#field-port": str(office.post.port)},
    }


def set_the_site_up(office: Office, ada: Page) -> None:
    office.open(ada, "")
    ada.get_by_role("link", name="Go on").click()
    for step, fields in answers_of(office).items():
        section = ada.locator(f"#{step}")
        for label, value in fields.items():
            found = section.locator(label) if label[0] == "#" else section.get_by_label(label)
            type_anew(found.first, value)
        if step == "transport":
            section.get_by_label(re.compile("^None")).check()
        section.get_by_role("button", name="Save").click()
        ada.get_by_text("Saved.").wait_for()
    type_anew(ada.get_by_label("Send a real test mail to"), ADA)
    press(ada, "Send the test")
    ada.get_by_text(f"took the mail to {ADA}").wait_for()
    assert office.post.mails[-1][0] == ADA


def invite(office: Office, ada: Page, ben: Page) -> None:
    office.open(ada, "/staff/invite")
    ada.get_by_label("Name").fill("Ben Okoro")
    ada.get_by_label("Email address").fill(BEN)
    ada.get_by_label("Sender", exact=True).check()
    press(ada, "Send the invitation")
    ada.get_by_text("Ben Okoro").first.wait_for()
    ben.goto(office.post.link_to(BEN, r"http://\S+/console/join/\S+"))
    ben.get_by_label("Password").fill(PASSWORD)
    press(ben, "Go in")
    ben.get_by_role("heading", name="Today").wait_for()


def publish_articles(office: Office, ada: Page) -> None:
    for title in STORIES:
        office.open(ada, "/articles/new")
        ada.get_by_label("Title").fill(title)
        type_text(ada, f"In short: {title}.")
        ada.get_by_label("Publish now").check()
        press(ada, "Save")
        ada.get_by_text("is published").wait_for()


def change_setting(office: Office, ada: Page, key: str, value: str) -> None:
    office.open(ada, f"/settings/option/{key}")
    choice = ada.get_by_label(value, exact=True)
    if choice.count():
        choice.check()
    else:
        ada.locator("#field-value").fill(value)
    press(ada, "Save")
    ada.get_by_text("Saved").first.wait_for()


def export_of(people: int) -> str:
    """An export of Mailchimp with so many people, and three rows that cannot be read."""
    rows = [f"person{n}@wexcombe.example,,2,{AGREED},,{n},p{n}\n" for n in range(3, people)]
    return HEAD + BAD_ROWS + "".join(rows)
