"""Address normalisation, hashes, and choice keys."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import InvalidInput
from subscribers.addresses import hash_address, normalise_address
from subscribers.topics import choice_key, topics_of

KEY, OTHER_KEY = "one key of the site", "another key of a site"
WORDS = st.text(alphabet="abyz019", min_size=1, max_size=6)
SLUGS = st.sets(st.lists(WORDS, min_size=1, max_size=3).map("-".join), max_size=6)


def test_the_domain_is_kept_in_ascii_lower_case() -> None:
    assert normalise_address("Ann@Bücher.Example.ORG") == "Ann@xn--bcher-kva.example.org"


def test_normalising_again_changes_nothing() -> None:
    once = normalise_address("Ann@Bücher.Example.ORG")
    assert normalise_address(once) == once


def test_the_hash_is_case_insensitive_and_keyed() -> None:
    assert hash_address(KEY, "Ann@b.org") == hash_address(KEY, "ann@b.org")
    assert hash_address(KEY, "ann@b.org") != hash_address(OTHER_KEY, "ann@b.org")


@given(SLUGS)
def test_a_choice_of_topics_reads_back(slugs: set[str]) -> None:
    assert set(topics_of(choice_key(slugs))) == slugs


@given(SLUGS)
def test_equal_choices_have_one_key(slugs: set[str]) -> None:
    shuffled = [*sorted(slugs, reverse=True), *slugs]
    assert choice_key(shuffled) == choice_key(slugs)


# Near what is plain, and over its edges.
LOCALS = st.text(alphabet="aZ09.+-_'!\"\\ é\u0301(@", max_size=8) | st.sampled_from(
    ["Info", "postmaster", "a" * 64, "a" * 65, "a" * 250]
)
LABELS = st.text(alphabet="aZ09-üß", max_size=5) | st.sampled_from(
    ["xn--bcher-kva", "xn--", "ab--cd", "a" * 63, "a" * 64, "test", "local", "LOCALHOST", "invalid"]
)
DOMAINS = st.lists(LABELS, max_size=5).map(".".join)


def judged(text: str) -> str | None:
    """What email-validator itself makes of it."""
    try:
        found = validate_email(text.strip(), check_deliverability=False)
    except EmailNotValidError:
        return None
    return f"{found.local_part}@{found.ascii_domain.lower()}"


@given(local=LOCALS, domain=DOMAINS, around=st.sampled_from(["", " ", "\n"]))
def test_addresses_are_accepted_as_by_email_validator(local: str, domain: str, around: str) -> None:
    text = f"{around}{local}@{domain}{around}"
    expected = judged(text)
    if expected is None:
        with pytest.raises(InvalidInput):
            normalise_address(text)
    else:
        assert normalise_address(text) == expected


@given(st.emails())
def test_common_addresses_are_accepted_as_by_email_validator(address: str) -> None:
    expected = judged(address)
    if expected is not None:
        assert normalise_address(address) == expected


@pytest.mark.parametrize(
    "address",
    ["a@b.test", "a@localhost", "a@b.local", "a@b.invalid", "a@b.onion", "a@b.arpa", "a@1.2.3.4"],
)
def test_undeliverable_domains_are_refused(address: str) -> None:
    with pytest.raises(InvalidInput):
        normalise_address(address)


@pytest.mark.parametrize("length", [254, 255])
def test_the_longest_address_has_254_characters(length: int) -> None:
    domain = ".".join(["d" * 60] * 3) + ".org"
    address = "a" * (length - len(domain) - 1) + "@" + domain
    assert (judged(address) is not None) == (length == 254)
    if length == 254:
        assert normalise_address(address) == address


def test_letters_of_another_width_or_shape_make_nobody_a_second_person() -> None:
    assert normalise_address("ｃｌｅｏ@example.org") == "cleo@example.org"
    assert normalise_address("zoë@example.org") == "zoë@example.org"
    assert hash_address(KEY, "ﬁné@example.org") == hash_address(KEY, "finé@example.org")
