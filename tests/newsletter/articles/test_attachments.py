"""Attachments and players become links."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.articles.body.attachments import Attachment, linked_in, linking_players, with_links
from newsletter.articles.body.sanitising import sanitise

MP3 = "https://w.example/talk.mp3"


@pytest.mark.parametrize(
    ("player", "link"),
    [
        (f'<audio src="{MP3}" controls></audio>', "Listen: talk.mp3"),
        (f"<audio controls src={MP3}>", "Listen: talk.mp3"),
        (f"<video poster='a.png'><source src='{MP3}'></video>", "Watch: talk.mp3"),
        (f'<audio><source src="{MP3}"><source src="x.ogg"></audio>', "Listen: talk.mp3"),
    ],
)
def test_a_player_becomes_one_link(player: str, link: str) -> None:
    assert sanitise(f"<p>{player}</p>", "https://w.example/") == (
        f'<p><a href="{MP3}">{link}</a> </p>'
    )


@pytest.mark.parametrize(
    "html", ["<picture><source srcset='a.webp'></picture>", "<audio>", "<source src='a.mp3'>", ""]
)
def test_a_player_without_a_source_is_removed(html: str) -> None:
    assert "<a" not in linking_players(html)


def test_a_player_with_an_unsafe_scheme_is_removed() -> None:
    assert "href" not in sanitise('<audio src="javascript:x()">', "https://w.example/")


@given(st.text("<audio video source src='\"=/>x ", max_size=80))
def test_player_fallback_content_is_sanitised(html: str) -> None:
    clean = sanitise(html, "https://w.example/")
    assert "<audio" not in clean
    assert "<video" not in clean


def test_attachments_are_linked_unless_the_body_links_to_them() -> None:
    attached = [
        Attachment(url=MP3, type="audio/mpeg"),
        Attachment(url="https://w.example/show?id=1&x=2", type="video/mp4", title="The <show>"),
        Attachment(url="https://w.example/plan.pdf"),
        Attachment(url="https://w.example/a.png", type="image/png"),
        Attachment(url="https://w.example/page", type="text/html"),
    ]
    assert with_links(f'<p><a href="{MP3}">Hear it</a></p>', attached).splitlines() == [
        f'<p><a href="{MP3}">Hear it</a></p>',
        '<p><a href="https://w.example/show?id=1&amp;x=2">The &lt;show&gt;</a></p>',
        '<p><a href="https://w.example/plan.pdf">Read: plan.pdf</a></p>',
    ]


def test_a_known_media_type_overrides_the_file_extension() -> None:
    (found,) = linked_in(
        '<a href="https://w.example/7">x</a>', {"https://w.example/7": "audio/ogg"}
    )
    assert found.type == "audio/ogg"
