"""One form for every address, and one key for a choice of topics."""

from hypothesis import given
from hypothesis import strategies as st

from subscribers.addresses import hash_address, normalise_address
from subscribers.topics import choice_key, topics_of

SLUGS = st.sets(st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True), max_size=6)


def test_the_domain_is_kept_in_ascii_lower_case() -> None:
    assert normalise_address("Ann@Bücher.Example.ORG") == "Ann@xn--bcher-kva.example.org"


def test_normalising_again_changes_nothing() -> None:
    once = normalise_address("Ann@Bücher.Example.ORG")
    assert normalise_address(once) == once


def test_the_hash_knows_an_address_in_any_case_and_needs_the_key() -> None:
    assert hash_address("k" * 16, "Ann@b.org") == hash_address("k" * 16, "ann@b.org")
    assert hash_address("k" * 16, "ann@b.org") != hash_address("x" * 16, "ann@b.org")


@given(SLUGS)
def test_a_choice_of_topics_reads_back(slugs: set[str]) -> None:
    assert set(topics_of(choice_key(slugs))) == slugs


@given(SLUGS)
def test_equal_choices_have_one_key(slugs: set[str]) -> None:
    shuffled = [*sorted(slugs, reverse=True), *slugs]
    assert choice_key(shuffled) == choice_key(slugs)
