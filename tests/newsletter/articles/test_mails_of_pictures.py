"""Mails that have no text, only pictures, as a poster that was sent around."""

from email.message import EmailMessage

import pytest
from imported import CONTEXT

from newsletter.articles.importers.base import Record
from newsletter.articles.importers.formats import mails

POSTER, MAP = b"\x89PNG a poster", b"\x89PNG a map"


def poster_mail(disposition: str, text: str) -> bytes:
    mail = EmailMessage()
    mail["Subject"], mail["Date"] = "Fair on Saturday", "Fri, 20 Nov 2026 09:00:00 +0000"
    mail.set_content(text)
    for picture in (POSTER, MAP):
        mail.add_attachment(picture, maintype="image", subtype="png", disposition=disposition)
    return mail.as_bytes()


@pytest.mark.parametrize("disposition", ["inline", "attachment"])
def test_the_pictures_of_a_mail_without_text_are_its_body(disposition: str) -> None:
    [record] = mails.read(poster_mail(disposition, ""), "a.eml", CONTEXT)
    assert isinstance(record, Record)
    assert [picture.load() for picture in record.pictures] == [POSTER, MAP]
    assert all(f'src="{picture.address}"' in record.body_html for picture in record.pictures)


def test_a_picture_attached_to_a_text_is_left_out() -> None:
    [record] = mails.read(poster_mail("attachment", "Words"), "a.eml", CONTEXT)
    assert isinstance(record, Record)
    assert not record.pictures
