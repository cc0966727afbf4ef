"""Language names in lists, matched with the offered languages (BCP 47, RFC 4647)."""

from collections.abc import Collection
from functools import lru_cache

# Language names in English and in the language itself.
_NAMED = {
    "english": "en",
    "welsh": "cy",
    "cymraeg": "cy",
    "german": "de",
    "deutsch": "de",
    "french": "fr",
    "français": "fr",
    "francais": "fr",
    "spanish": "es",
    "español": "es",
    "italian": "it",
    "italiano": "it",
    "dutch": "nl",
    "nederlands": "nl",
    "polish": "pl",
    "polski": "pl",
    "portuguese": "pt",
    "português": "pt",
    "gaelic": "gd",
    "gàidhlig": "gd",
    "irish": "ga",
    "gaeilge": "ga",
}


@lru_cache(maxsize=1024)
def offered(tag: str, languages: Collection[str]) -> str:
    """The offered language for a tag ("en-GB" for "en" if it is the only English); else the tag.

    Args:
        languages: the offered ones, as a hashable set.
    """
    normalized = tag.strip().replace("_", "-").split(".")[0].casefold()
    normalized = _NAMED.get(normalized, normalized)
    by_tag = {language.casefold(): language for language in languages}
    if normalized in by_tag:
        return by_tag[normalized]
    primary = normalized.split("-")[0]
    if primary in by_tag:
        return by_tag[primary]
    fitting = [language for folded, language in by_tag.items() if folded.split("-")[0] == primary]
    return fitting[0] if len(fitting) == 1 else tag
