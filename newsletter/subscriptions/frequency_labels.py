"""Labels of the frequencies, shared by mails and pages."""

from subscribers.models import Frequency

FREQUENCIES = {
    Frequency.REGULAR: "the digest and bulletins",
    Frequency.WEEKLY: "the digest only",
    Frequency.BULLETINS: "bulletins only",
    Frequency.ARTICLES: "each article as it appears, and bulletins",
    Frequency.EVERYTHING: "everything: each article, the digest and bulletins",
}
# Offered only where the site mails each article.
WITH_ARTICLES = frozenset({Frequency.ARTICLES, Frequency.EVERYTHING})
