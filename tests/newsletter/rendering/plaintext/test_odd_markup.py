"""The text part of lists and words with unusual attributes."""

from newsletter.rendering.plaintext.writer import html_to_text


def test_a_list_number_that_is_no_number_counts_from_one() -> None:
    assert "1. Homes" in html_to_text('<ol start="x"><li>Homes</li></ol>')


def test_an_unordered_list_has_dashes() -> None:
    assert "- Homes" in html_to_text("<ul><li>Homes</li></ul>")


def test_a_word_break_opportunity_adds_nothing() -> None:
    assert "Harbour" in html_to_text("<p>Har<wbr>bour</p>")
