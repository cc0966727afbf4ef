"""Which addresses lead to one mailbox, for rate limits only: people are never merged by it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

# Subaddressing (RFC 5233), nearly everywhere.
TAG = "+"


@dataclass(frozen=True, kw_only=True, slots=True)
class AddressRules:
    """How a mail provider reads the local parts of its addresses.

    Args:
        domain: the one that stands for all of its domains; empty: each has mailboxes of its own.
        ignored: characters that make no difference.
        tag: what a tag begins with, besides `TAG`.
    """

    domain: str = ""
    ignored: str = ""
    tag: str = TAG


# https://support.google.com/mail/answer/7436150
_GOOGLE = AddressRules(domain="gmail.com", ignored=".")
# https://proton.me/support/addresses-and-aliases
_PROTON = AddressRules(domain="proton.me", ignored=".-_")
# One account, from three times.
_APPLE = AddressRules(domain="icloud.com")
# https://yandex.com/support/domain/additional/mailbox-alias.xml; a dot and a hyphen are one.
_YANDEX = AddressRules(domain="yandex.com", ignored=".-")
YANDEX_DOMAINS = (
    *("yandex.com", "yandex.ru", "yandex.by", "yandex.kz", "yandex.ua", "yandex.com.tr", "ya.ru"),
    *("yandex.az", "yandex.com.am", "yandex.com.ge", "yandex.co.il", "yandex.ee", "yandex.fr"),
    *("yandex.kg", "yandex.lt", "yandex.lv", "yandex.md", "yandex.tj", "yandex.tm", "yandex.uz"),
)
# Disposable addresses, BASE-KEYWORD; no user name has a hyphen.
_YAHOO = AddressRules(tag="-")

PROVIDERS: Mapping[str, AddressRules] = MappingProxyType(
    {
        **dict.fromkeys(("gmail.com", "googlemail.com"), _GOOGLE),
        **dict.fromkeys(("proton.me", "protonmail.com", "protonmail.ch", "pm.me"), _PROTON),
        **dict.fromkeys(("icloud.com", "me.com", "mac.com"), _APPLE),
        **dict.fromkeys(YANDEX_DOMAINS, _YANDEX),
        **dict.fromkeys(("ymail.com", "rocketmail.com", "myyahoo.com"), _YAHOO),
    }
)
# Any country's.
YAHOO = "yahoo."
# ANYTHING@USER.fastmail.com is USER@fastmail.com
# (https://www.fastmail.help/hc/en-us/articles/360060591053).
SUBDOMAINS = ("fastmail.com", "fastmail.fm")


def mailbox_of(address: str) -> str:
    """The mailbox of an address, the same for all its spellings.

    Args:
        address: normalised.
    """
    local, _, domain = address.casefold().rpartition("@")
    user, _, parent = domain.partition(".")
    if parent in SUBDOMAINS:
        return f"{user}@{parent}"
    rules = PROVIDERS.get(domain, _YAHOO if domain.startswith(YAHOO) else AddressRules())
    for tag in (TAG, rules.tag):
        # What begins with a mark is a tag of nobody, and one mailbox however it goes on.
        local = local.partition(tag)[0] or tag
    shortened = local.translate(str.maketrans("", "", rules.ignored))
    return f"{shortened or local}@{rules.domain or domain}"
