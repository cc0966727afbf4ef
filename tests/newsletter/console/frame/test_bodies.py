"""What a form may send: refused before it has come where it is too much."""

from console_support import Console

from newsletter.staff.permissions import Role

TEXT = "application/x-www-form-urlencoded"


def test_an_upload_that_declares_500_mb_is_refused_unread(console: Console) -> None:
    headers = {"Content-Length": str(500_000_000), "Content-Type": TEXT}
    answer = console.as_role(Role.OWNER).http.post("/console/media", content=b"", headers=headers)
    assert answer.status_code == 413
    assert "MB that can be taken here" in answer.text


def test_a_visitor_sends_no_more_than_a_form_of_text(console: Console) -> None:
    content = b"files=" + b"x" * 3 * 1024 * 1024
    answer = console.visitor().http.post(
        "/console/media", content=content, headers={"Content-Type": TEXT}
    )
    assert answer.headers["location"] == "/console/sign-in?next=/console/media"
