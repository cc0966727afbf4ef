"""Which addresses count as one mailbox in rate limits."""

import pytest

from subscribers.mailboxes import mailbox_of

SAME = [
    ("ann.lee@gmail.com", "annlee+x@googlemail.com", "A.N.N.LEE@Gmail.com"),
    ("ann_lee@proton.me", "ann.lee@protonmail.com", "annlee+x@pm.me", "Ann-Lee@protonmail.ch"),
    ("ann.lee@icloud.com", "ann.lee+x@me.com", "ANN.LEE@mac.com"),
    ("ann-lee@yandex.ru", "ann.lee+x@ya.ru", "annlee@yandex.com", "a-n.n-lee@yandex.com.tr"),
    ("ann-news@yahoo.com", "ann-shop@yahoo.com", "ann+x@yahoo.com"),
    ("ann@fastmail.com", "news@ann.fastmail.com", "shop@ann.fastmail.com", "ann+x@fastmail.com"),
    ("a.b@wexcombe.example", "A.B+c@wexcombe.example", "a.b+c+d@wexcombe.example"),
    ("+a@wexcombe.example", "+b@wexcombe.example", "++c@wexcombe.example", "+@wexcombe.example"),
    ("-a@yahoo.com", "-b@yahoo.com"),
]
APART = [
    ("a.b@wexcombe.example", "ab@wexcombe.example"),
    ("ann-lee@wexcombe.example", "ann@wexcombe.example"),
    ("ann@yahoo.com", "ann@yahoo.co.uk"),
    ("ann.lee@icloud.com", "annlee@icloud.com"),
    ("ann@outlook.com", "ann@hotmail.com"),
    ("news@fastmail.com", "news@ann.fastmail.com"),
    ("ann@notgmail.com", "ann@gmail.com"),
    ("ann@yandex.wexcombe.example", "ann@yandex.ru"),
]


@pytest.mark.parametrize("spellings", SAME)
def test_spellings_of_one_mailbox_count_together(spellings: tuple[str, ...]) -> None:
    assert len({mailbox_of(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize("addresses", APART)
def test_mailboxes_of_different_people_count_apart(addresses: tuple[str, ...]) -> None:
    assert len({mailbox_of(address) for address in addresses}) == len(addresses)


@pytest.mark.parametrize(
    "address", ["+@wexcombe.example", "+@gmail.com", "...@gmail.com", "-@yahoo.com"]
)
def test_an_address_of_marks_alone_keeps_its_name(address: str) -> None:
    assert not mailbox_of(address).startswith("@")
