"""The library of pictures."""

import pytest
from console_support import Client, Console
from pictures import gradient, saved

from newsletter.media import store
from newsletter.media.models import MediaItem
from newsletter.staff.permissions import Role

JPEG = saved(gradient(80, 60), "JPEG")


@pytest.fixture
def ann(console: Console) -> Client:
    return console.as_role(Role.EDITOR)


def stored(console: Console) -> list[MediaItem]:
    with console.app.database.read() as session:
        return store.page(session)


def test_pictures_are_added_and_asked_to_be_described(console: Console, ann: Client) -> None:
    ann.send("/media", files=[("files", ("quay.jpg", JPEG))])
    assert "No description yet" in ann.get("/media").text
    ann.send("/media/1/describe", {"alt": "The quay"})
    assert stored(console)[0].alt == "The quay"


def test_a_file_that_is_no_picture_is_named_and_the_others_are_stored(
    console: Console, ann: Client
) -> None:
    files = [("files", ("quay.jpg", JPEG)), ("files", ("plan.svg", b"<svg/>"))]
    page = ann.send("/media", files=files)
    assert page.status_code == 400
    assert "plan.svg: it is no picture" in page.text
    assert len(stored(console)) == 1


def test_markup_in_the_name_of_a_file_is_shown_as_text(ann: Client) -> None:
    ann.send("/media", files=[("files", ('"><img src=x onerror=alert(1)>.jpg', JPEG))])
    page = ann.get("/media").text
    assert "onerror=alert(1)&gt;.jpg" in page
    assert "<img src=x" not in page


def test_a_drawing_with_a_script_is_refused_whatever_it_calls_itself(
    console: Console, ann: Client
) -> None:
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    answer = ann.send("/media/upload", files=[("file", ("a.png", drawing, "image/png"))])
    assert answer.status_code == 400
    assert stored(console) == []


def test_a_picture_is_described_or_said_to_decorate(ann: Client) -> None:
    ann.send("/media", files=[("files", ("quay.jpg", JPEG))])
    assert ann.send("/media/1/describe", {"alt": ""}).status_code == 400
    assert ann.send("/media/1/describe", {"decorates": "yes"}).status_code == 303


def test_the_editor_is_given_address_and_size(console: Console, ann: Client) -> None:
    told = ann.send("/media/upload", files=[("file", ("quay.jpg", JPEG))]).json()
    [item] = stored(console)
    assert told["src"] == f"/media/{item.widest.hash}.jpg"
    assert (told["width"], told["height"], told["alt"]) == ("80", "60", None)


def test_the_editor_is_told_why_a_picture_cannot_be_used(ann: Client) -> None:
    answer = ann.send("/media/upload", files=[("file", ("plan.svg", b"<svg/>"))])
    assert answer.status_code == 400
    assert "It is no picture of a supported format" in answer.json()["message"]


def test_a_picture_is_not_fetched_from_inside_the_network(ann: Client) -> None:
    answer = ann.send("/media/upload", {"address": "http://127.0.0.1/a.jpg"})
    assert answer.status_code >= 400


def test_pictures_are_found_by_their_description(ann: Client) -> None:
    ann.send("/media", files=[("files", ("quay.jpg", JPEG))])
    ann.send("/media/1/describe", {"alt": "Low tide"})
    assert "quay.jpg" in ann.get("/media?q=tide").text
    assert "quay.jpg" not in ann.get("/media?q=storm").text
