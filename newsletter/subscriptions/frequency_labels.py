"""What can be chosen, in words: the same in mails and on pages."""

from subscribers.models import Frequency

FREQUENCIES = {
    Frequency.REGULAR: "the digest and bulletins",
    Frequency.WEEKLY: "the digest only",
    Frequency.BULLETINS: "bulletins only",
    Frequency.ARTICLES: "each article as it appears, and bulletins",
    Frequency.EVERYTHING: "everything: each article, the digest and bulletins",
}
# To be chosen only where each article is mailed.
WITH_ARTICLES = frozenset({Frequency.ARTICLES, Frequency.EVERYTHING})
