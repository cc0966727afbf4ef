"""Pages of caught mails, with hostile HTML."""

import smtplib
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
from lxml import html
from playwright.sync_api import Page, sync_playwright
from support import make_app

from newsletter.clock import FixedClock
from newsletter.demo.catcher import MailCatcher
from newsletter.web.services import SiteServices

Show = Callable[[SiteServices], None]

HOSTILE = """<html><head><title>x</title></head><body>
<script>document.title = "pwned"; parent.document.title = "pwned"</script>
<img src="x" onerror="document.title = 'pwned'">
<form action="/unsubscribe/x" method="post"><button id="send">send</button></form>
<iframe src="javascript:parent.document.title = 'pwned'"></iframe>
<p style="color: red" id="words">Hello</p></body></html>"""


def send(catcher: MailCatcher, subject: str, body: str = "Text part", page: str = "") -> None:
    message = EmailMessage()
    message["From"] = "Wexcombe Forward <news@wexcombe.example>"
    message["To"] = "ann@example.org"
    message["Subject"] = subject
    message["List-Unsubscribe"] = "<https://wexcombe.example/unsubscribe/x>"
    message.set_content(body)
    if page:
        message.add_alternative(page, subtype="html")
    with smtplib.SMTP("127.0.0.1", catcher.port) as smtp:
        smtp.send_message(message)


def link_to_first(client: httpx.Client) -> str:
    page = html.fromstring(client.get("/mails").content)
    return str(page.cssselect(".mails a")[0].get("href"))


def test_a_mail_that_was_sent_is_listed_and_shown(
    client: httpx.Client, catcher: MailCatcher
) -> None:
    send(catcher, "Bridge & <ferry>", "Plain words", "<p>Rich words</p>")
    listed = client.get("/mails")
    for text in ("Bridge &amp; &lt;ferry&gt;", "ann@example.org", "news@wexcombe.example"):
        assert text in listed.text
    mail = link_to_first(client)
    page = client.get(mail)
    assert "List-Unsubscribe" in page.text
    assert f'src="{mail}/html"' in page.text
    assert "Rich words" in client.get(f"{mail}/html").text
    assert "Plain words" in client.get(f"{mail}?view=text").text
    assert "Content-Type: multipart/alternative" in client.get(f"{mail}?view=source").text
    assert "iframe" in client.get(f"{mail}?view=html&width=phone").text


def test_the_mail_can_be_saved_as_it_came(client: httpx.Client, catcher: MailCatcher) -> None:
    send(catcher, "Saved")
    response = client.get(f"{link_to_first(client)}/message.eml")
    assert response.headers["content-type"] == "message/rfc822"
    assert "attachment" in response.headers["content-disposition"]
    assert b"Subject: Saved" in response.content


def test_a_mail_without_html_is_shown_as_text(client: httpx.Client, catcher: MailCatcher) -> None:
    send(catcher, "Plain", "Plain words")
    mail = link_to_first(client)
    assert "Plain words" in client.get(mail).text
    assert "no HTML part" in client.get(f"{mail}?view=html").text


def test_a_mails_html_is_served_in_a_sandbox(client: httpx.Client, catcher: MailCatcher) -> None:
    send(catcher, "Hostile", page=HOSTILE)
    mail = link_to_first(client)
    policy = client.get(f"{mail}/html").headers["content-security-policy"]
    assert policy.startswith("sandbox ")
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    for weakness in ("allow-scripts", "allow-same-origin", "allow-forms", "script-src"):
        assert weakness not in policy
    frame = html.fromstring(client.get(mail).content).cssselect("iframe")[0]
    assert frame.get("sandbox") == "allow-popups allow-popups-to-escape-sandbox"


@pytest.fixture
def browser_page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium-headless-shell", args=["--no-sandbox"]
        )
        yield browser.new_page()
        browser.close()


@pytest.mark.browser
def test_nothing_in_a_mail_runs_in_a_real_browser(
    client: httpx.Client, catcher: MailCatcher, browser_page: Page
) -> None:
    send(catcher, "Hostile", page=HOSTILE)
    mail = f"{str(client.base_url).rstrip('/')}{link_to_first(client)}"
    browser_page.goto(mail, wait_until="load")
    framed = browser_page.frame_locator("iframe.shown")
    assert framed.locator("#words").text_content() == "Hello"
    framed.locator("#send").click()
    assert "Hostile" in browser_page.title()
    browser_page.goto(f"{mail}/html", wait_until="load")
    assert browser_page.title() == "x"


def test_an_unknown_mail_is_not_found(client: httpx.Client) -> None:
    for path in ("/mails/1", "/mails/1/html", "/mails/1/message.eml", "/mails/..%2F..%2Fx"):
        assert client.get(path).status_code == 404


def test_a_folder_without_mail_says_so(client: httpx.Client) -> None:
    assert "No mail has been caught yet" in client.get("/mails").text


def test_without_the_option_the_pages_do_not_exist(
    tmp_path: Path, sqlite_url: str, clock: FixedClock, client: httpx.Client, show: Show
) -> None:
    folder = tmp_path / "quiet"
    folder.mkdir()
    quiet = make_app(folder, sqlite_url, clock)
    show(quiet)
    assert client.get("/mails").status_code == 404
    assert "Caught mails" not in client.get("/").text
    quiet.close()
