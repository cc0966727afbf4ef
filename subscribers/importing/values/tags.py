"""Tags that state leaving: the group of somebody who left, in the languages of lists."""

import re
from functools import lru_cache

from subscribers.importing.values.channels import NEWSLETTERS
from subscribers.importing.values.headings import ROLES
from subscribers.importing.values.stems import has_stem
from subscribers.importing.values.vocabulary import LEAVING_WORDS, states_leaving
from subscribers.importing.values.word_folding import folded

# Endings of plurals, genders and cases: désabonnés, Abgemeldete, disiscritti, leiratkozottak.
_ENDING = re.compile(r"(?:[aeo]s|[aeiouy]n?|s|em|er|ak|ok|au)$")
# Shorter roots are those of other words too.
_MIN_ROOT = 5
# Words that start so mean leaving in a tag of several words too.
_STEMS = (
    *("unsub", "opted out", "abgemeld", "abbestell", "ausgetret", "verstorb", "ehemalig"),
    *("exmitglied", "ex mitglied", "desabon", "desinscr", "decede", "desuscri", "ex soci"),
    *("fallecid", "falecid", "descadastr", "disiscri", "decedut", "uitgeschr", "afgemeld"),
    *("opgezegd", "overleden", "oud led", "oud lid", "wypisan", "zrezygn", "odhlas", "odjavlj"),
    *("zemrel", "zesnul", "dezabon", "afmeldt", "avmeldt", "avregistr", "peruut", "leiratkoz"),
    *("dad danysgrif", "wedi gadael", "cyn aelod", "ancien membre", "anciens membres"),
    *("anciens adherents", "ancien adherent", "liste noire", "lista negra", "lista nera"),
    *("listanegra", "former member", "ex member", "past member", "ex subscriber"),
    *("former subscriber", "former newsletter", "former reader", "no marketing", "no newsletter"),
    *("no mailing", "not newsletter", "stop newsletter", "newsletter left", "newsletter removed"),
    *("newsletter off", "left newsletter", "removed from", "newsletter stop"),
    *("do not email", "do not mail", "do not contact", "dont email", "no email", "deceased"),
    *("ne pas contacter", "no contactar", "non contattare", "niet mailen", "geen mail"),
    *("keine mail", "keine e mail", "kein newsletter", "gestorben", "austritt", "kundigung"),
    *("abmeldung", "verzogen", "ayrild", "ayrilan", "abonelikten cik", "отпис", "выбы", "умер"),
    *("διαγραμμ", "διαγραφ", "απεγγρα", "відпис", "הוסר", "退会", "退订", "停止", "取消"),
)
_WORDS = frozenset(map(folded, ("bajas", "baixas", "bloklist", "vefat")))
_NUMBER = re.compile(r"\d+")


@lru_cache(maxsize=4096)
def tag_states_leaving(tag: str) -> bool:
    """Whether a tag says of its people that they left."""
    # The year in which they left.
    words = folded(_NUMBER.sub(" ", tag))
    return (
        words in LEAVING_WORDS
        or words in _WORDS
        or _root(words) in _ROOTS
        or has_stem(words, _STEMS)
        or any(word in words for word in _UNSPACED)
        or states_leaving(tag)
    )


@lru_cache(maxsize=4096)
def names_newsletter(tag: str) -> bool:
    """Whether a tag is that of the people who get a newsletter."""
    return not NEWSLETTERS.isdisjoint(folded(tag).split())


def _root(words: str) -> str:
    """Words without their endings."""
    return " ".join(map(_root_of_word, words.split()))


def _root_of_word(word: str) -> str:
    while True:
        root = _ENDING.sub("", word)
        if root == word or len(root) < _MIN_ROOT:
            return word
        word = root


_ROOTS = frozenset(map(_root, LEAVING_WORDS))
# Where words are not spaced, or end otherwise, a heading of leaving is a tag of leaving.
_UNSPACED = frozenset(word for word in ROLES["left"] if not word.isascii())
