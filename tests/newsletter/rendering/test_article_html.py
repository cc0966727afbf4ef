"""Article HTML for mail clients."""

import pytest
from lxml import html as trees

from newsletter.rendering.article_html import COLUMN_PIXELS, for_mail


def picture(attributes: str) -> dict[str, str]:
    body = trees.fromstring(for_mail(f'<p>x <img src="https://c.example/a" {attributes}></p>'))
    return dict(next(body.iter("img")).attrib)


def test_a_picture_is_no_wider_than_the_column_and_keeps_its_proportions() -> None:
    found = picture('alt="The quay" width="2400" height="1600"')
    assert found["width"] == str(COLUMN_PIXELS)
    assert found["height"] == str(round(COLUMN_PIXELS * 1600 / 2400))
    assert found["style"] == "height: auto"


@pytest.mark.parametrize(
    ("attributes", "width", "height"),
    [
        ('width="300" height="200"', "300", "200"),
        ('width="300px"', "300px", None),
        ('width="100%" height="50%"', None, None),
        ('height="900"', None, None),
        ('width="2400"', str(COLUMN_PIXELS), None),
    ],
)
def test_sizes_that_mail_clients_misread_are_removed(
    attributes: str, width: str | None, height: str | None
) -> None:
    found = picture(attributes)
    assert (found.get("width"), found.get("height")) == (width, height)


def test_a_picture_without_alt_is_marked_as_decorative() -> None:
    assert picture("")["alt"] == ""
    assert picture('alt="The quay"')["alt"] == "The quay"


@pytest.mark.parametrize("size", ['width="1" height="1"', 'width="0"', 'height="1"'])
def test_tracking_pixels_are_removed_with_their_wrappers(size: str) -> None:
    pixel = f'<img src="https://count.example/1" {size}>'
    assert for_mail(f"<p>News.</p>{pixel}") == "<p>News.</p>"
    assert for_mail(f'<p>News.</p><p><a href="https://c.example/">{pixel}</a></p>') == (
        "<p>News.</p>"
    )
    assert for_mail(f"<p>One {pixel}two</p>") == "<p>One two</p>"


def test_a_linked_video_picture_is_kept() -> None:
    html = '<p><a href="https://v.example/1"><img src="https://v.example/1.jpg" alt="Film"></a></p>'
    assert for_mail(html) == html


def test_nesting_depth_is_limited() -> None:
    found = for_mail("<blockquote>" * 400 + "<p>deep <b>words</b></p>" + "</blockquote>" * 400)
    assert found.count("<blockquote>") < 110
    assert "deep <b>words</b>" in found


def test_a_text_without_pictures_is_left_as_it_is() -> None:
    assert for_mail("<P>Bread & butter.") == "<P>Bread & butter."
