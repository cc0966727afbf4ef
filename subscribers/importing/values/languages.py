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
    wanted = tag.strip().replace("_", "-").split(".")[0].casefold()
    wanted = _NAMED.get(wanted, wanted)
    by_tag = {language.casefold(): language for language in languages}
    if wanted in by_tag:
        return by_tag[wanted]
    primary = wanted.split("-")[0]
    if primary in by_tag:
        return by_tag[primary]
    fitting = [language for folded, language in by_tag.items() if folded.split("-")[0] == primary]
    return fitting[0] if len(fitting) == 1 else tag
