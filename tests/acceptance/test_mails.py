"""Every kind of mail before the judges that need nothing installed; `make judges` has the rest."""

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


def test_the_strictest_parser_finds_no_defect(mails: list[SampleMail]) -> None:
    assert faults(messages.mime(mails)) == []


def test_the_headers_are_right_to_the_byte(mails: list[SampleMail]) -> None:
    assert faults(messages.raw_headers(mails)) == []


def test_a_verifier_that_is_not_ours_believes_every_signature(
    mails: list[SampleMail], key: DkimKey
) -> None:
    assert faults(messages.dkimpy(mails, key)) == []


@pytest.mark.browser
def test_nothing_is_scrolled_sideways_on_any_screen(mails: list[SampleMail]) -> None:
    shown = [mail for mail in mails if mail.name in {"digest", "bulletin", "digest-rtl"}]
    assert faults(browser.widths(shown)) == []


def test_the_judges_of_bytes_find_what_is_wrong(mails: list[SampleMail]) -> None:
    digest = next(mail for mail in mails if mail.name == "digest")
    folded = digest.message.replace(b"List-Unsubscribe:", b"X-Gone:").replace(b"\r\n", b"\n", 1)
    broken = SampleMail(**{**vars(digest), "message": folded})
    assert faults(messages.raw_headers([broken])) == [
        "digest: List-Unsubscribe is not as RFC 8058 writes it",
        "digest: a line does not end with CR LF",
    ]
