"""Normal form of headings and words."""

import re
from functools import lru_cache
from unicodedata import category, normalize

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])|(?<=[a-z]{2})(?=[A-Z])")
_APART = re.compile(r"[\s_\-./:()\[\]?*#,;'’\"“”]+")
# -1 is another code than 1.
_NEGATIVE = re.compile(r"-\d[\d.]*")
# Letters without a Unicode decomposition.
_PLAIN = str.maketrans(
    {"ı": "i", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "æ": "ae", "œ": "oe"}
)


@lru_cache(maxsize=65536)
def folded(text: str) -> str:
    """Lower case without accents; words joined by _, - or camel case are separated."""
    if _NEGATIVE.fullmatch(text.strip()):
        return text.strip()
    apart = _CAMEL.sub(" ", text.strip())
    letters = normalize("NFKD", apart.translate(_PLAIN))
    bare = "".join(c for c in letters if category(c) != "Mn")
    return " ".join(_APART.split(bare.casefold())).strip()
