"""Recordings and papers of articles: linked where they were attached or played."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.articles.attachments import Attachment, linked_in, linking_players, with_links
from newsletter.articles.sanitising import sanitise

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
def test_what_plays_nothing_becomes_no_link(html: str) -> None:
    assert "<a" not in linking_players(html)


def test_a_player_cannot_bring_a_scheme_in() -> None:
    assert "href" not in sanitise('<audio src="javascript:x()">', "https://w.example/")


@given(st.text("<audio video source src='\"=/>x ", max_size=80))
def test_whatever_stands_in_a_player_is_sanitised_after_it(html: str) -> None:
    clean = sanitise(html, "https://w.example/")
    assert "<audio" not in clean
    assert "<video" not in clean


def test_what_is_attached_is_linked_unless_the_text_names_it() -> None:
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


def test_a_known_type_tells_more_than_an_address() -> None:
    (found,) = linked_in(
        '<a href="https://w.example/7">x</a>', {"https://w.example/7": "audio/ogg"}
    )
    assert found.type == "audio/ogg"
