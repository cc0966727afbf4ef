"""Every kind of mail checked by validators without installation; `make judges` has the rest."""

import pytest
from judges import browser, messages
from judges.sample_mails import SampleMail, make_all, make_key
from judges.verdicts import Verdict

from newsletter.rendering.encoding.dkim import DkimKey


@pytest.fixture(scope="module")
def key() -> DkimKey:
    return make_key()


@pytest.fixture(scope="module")
def mails(tmp_path_factory: pytest.TempPathFactory, key: DkimKey) -> list[SampleMail]:
    return make_all(tmp_path_factory.mktemp("mails"), key)


def faults(verdicts: list[Verdict]) -> list[str]:
    return [f"{verdict.about}: {fault}" for verdict in verdicts for fault in verdict.faults]


def test_a_strict_parser_finds_no_defect(mails: list[SampleMail]) -> None:
    assert faults(messages.mime(mails)) == []


def test_the_headers_are_right_to_the_byte(mails: list[SampleMail]) -> None:
    assert faults(messages.raw_headers(mails)) == []


def test_an_independent_verifier_accepts_every_dkim_signature(
    mails: list[SampleMail], key: DkimKey
) -> None:
    assert faults(messages.dkimpy(mails, key)) == []


@pytest.mark.browser
def test_no_mail_needs_horizontal_scrolling(mails: list[SampleMail]) -> None:
    shown = [mail for mail in mails if mail.name in {"digest", "bulletin", "digest-rtl"}]
    assert faults(browser.widths(shown)) == []


def test_the_byte_checks_detect_defects(mails: list[SampleMail]) -> None:
    digest = next(mail for mail in mails if mail.name == "digest")
    folded = digest.message.replace(b"List-Unsubscribe:", b"X-Gone:").replace(b"\r\n", b"\n", 1)
    broken = SampleMail(**{**vars(digest), "message": folded})
    assert faults(messages.raw_headers([broken])) == [
        "digest: List-Unsubscribe is not as RFC 8058 writes it",
        "digest: a line does not end with CR LF",
    ]
