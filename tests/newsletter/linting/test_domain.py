"""DNS checks of a From domain."""

from collections.abc import Mapping

import pytest

from newsletter.linting.domain import check_domain

WHOLE = {
    "town.org.uk": ["v=spf1 mx -all", "some other record"],
    "s1._domainkey.town.org.uk": ["v=DKIM1; k=rsa; p=MIIB"],
    "_dmarc.town.org.uk": ["v=DMARC1; p=none"],
}


def messages(
    records: Mapping[str, list[str] | None], address: str = "news@town.org.uk", selector: str = "s1"
) -> list[str]:
    found = check_domain(address, selector, lambda name: records.get(name, []))
    return [finding.message for finding in found]


def test_a_complete_domain_has_no_findings() -> None:
    assert messages(WHOLE) == []


@pytest.mark.parametrize(
    ("name", "records", "words"),
    [
        ("town.org.uk", [], "no SPF record"),
        ("town.org.uk", ["v=spf1 -all", "v=spf1 mx"], "2 SPF records"),
        ("s1._domainkey.town.org.uk", [], "newsletter check"),
        ("s1._domainkey.town.org.uk", ["v=DKIM1; p="], "revoked"),
        ("_dmarc.town.org.uk", [], "v=DMARC1; p=none"),
    ],
)
def test_each_missing_record_has_a_fix(name: str, records: list[str], words: str) -> None:
    (message,) = messages({**WHOLE, name: records})
    assert words in message


def test_a_subdomain_inherits_the_dmarc_policy() -> None:
    records = {**WHOLE, "mail.town.org.uk": WHOLE["town.org.uk"]}
    assert messages(records, "news@mail.town.org.uk", selector="") == []


def test_no_dkim_record_is_expected_without_a_key() -> None:
    assert messages({**WHOLE, "s1._domainkey.town.org.uk": []}, selector="") == []


@pytest.mark.parametrize("name", WHOLE)
def test_no_findings_without_a_dns_answer(name: str) -> None:
    assert messages({**WHOLE, name: None}) == []


@pytest.mark.parametrize("address", ["a@wexcombe.example", "a@localhost", "a@machine.test"])
def test_special_use_domains_are_not_queried(address: str) -> None:
    assert messages({}, address) == []
