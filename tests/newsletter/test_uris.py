"""Addresses: valid by RFC 3986, and resolved against the site's."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.uris import resolved, valid_uri

# RFC 3986 appendix A: what may stand in a URI.
ALLOWED = re.compile(r"(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*")


@pytest.mark.parametrize(
    ("address", "valid"),
    [
        ("https://w.example/a story|1", "https://w.example/a%20story%7C1"),
        ("https://w.example/q?x=[1]&y={2}", "https://w.example/q?x=%5B1%5D&y=%7B2%7D"),
        ("https://el.example/Χίος#ä", "https://el.example/%CE%A7%CE%AF%CE%BF%CF%82#%C3%A4"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("https://x.example/100%", "https://x.example/100%25"),
        ("https://x.example/a#b#c", "https://x.example/a#b%23c"),
        ("http://[::1]:80/x y", "http://[::1]:80/x%20y"),
        ("mailto:ada thorne@w.example", "mailto:ada%20thorne@w.example"),
        ("tel:01234 567 890", "tel:01234567890"),
        (" https://w.example/ ", "https://w.example/"),
    ],
)
def test_what_is_not_allowed_is_percent_encoded(address: str, valid: str) -> None:
    assert valid_uri(address) == valid


@pytest.mark.parametrize(
    "address",
    [
        "https://b.example/%CE%A7",
        "https://b.example/a;b=c,(d)?x=1&y=a/b#f",
        "tel:+44-1234",
        "#fn:1",
    ],
)
def test_a_valid_address_stays_as_it_is(address: str) -> None:
    assert valid_uri(address) == address


@given(st.text(max_size=60), st.sampled_from(["https://", "http://x.example/", "mailto:", ""]))
def test_any_address_becomes_valid_and_then_stays(words: str, start: str) -> None:
    valid = valid_uri(start + words)
    assert ALLOWED.fullmatch(valid)
    assert valid_uri(valid) == valid


def test_addresses_within_the_site_follow_its_address() -> None:
    html = '<p title="a > b">/x <a href="/maps/h.html">m</a><img alt="/i" src="/i j.jpg"></p>'
    assert resolved(html, "https://w.example/news") == (
        '<p title="a > b">/x <a href="https://w.example/news/maps/h.html">m</a>'
        '<img alt="/i" src="https://w.example/news/i%20j.jpg"></p>'
    )


def test_words_that_look_like_an_attribute_stay_words() -> None:
    html = '<p>write href="/x" or src="/y"</p>'
    assert resolved(html, "https://w.example") == html
