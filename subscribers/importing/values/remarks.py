"""Free words about people, and which of them say plainly that somebody left."""

import re
from collections.abc import Mapping
from functools import lru_cache

from subscribers.importing.values.states import ListState, worse
from subscribers.importing.values.vocabulary import (
    LEAVING_WORDS,
    NO,
    WORDS,
    is_no,
    is_nothing,
    leaving_of,
    states_leaving,
    status_of,
)
from subscribers.importing.values.word_folding import folded

REMARK_SEPARATOR = " | "
"""Between remarks of several sources about one person."""
# What is said beside the word: when, by whom, for which law, in which way.
_BESIDE = frozenset(
    folded(word)
    for word in (
        *("at", "on", "in", "by", "of", "per", "since", "from", "the", "her", "his", "their"),
        *("own", "request", "asked", "wants", "wish", "to", "be", "has", "have", "is", "was"),
        *("been", "she", "he", "they", "please", "now", "us", "list", "gdpr", "club", "society"),
        *("am", "im", "seit", "zum", "zur", "nach", "auf", "per", "via", "aus", "dem", "der"),
        *("die", "das", "wunsch", "eigenen", "eigener", "ist", "hat", "wurde", "wird", "sich"),
        *("sie", "er", "bitte", "will", "möchte", "telefonisch", "schriftlich"),
        *("liste", "verteiler", "verein", "newsletter", "dsgvo", "datenschutz", "art"),
        *("le", "la", "les", "en", "au", "du", "de", "depuis", "par", "à", "a", "sa", "demande"),
        *("est", "rgpd", "svp", "el", "desde", "por", "petición"),
        *("pedido", "se", "ha", "dio", "fecha", "il", "dal", "nel", "su", "sua", "richiesta", "è"),
        *("op", "sinds", "verzoek", "eigen", "werd", "avg", "od", "dnia", "na", "prośbę", "rodo"),
        *("ar", "gais", "yn", "ers"),
        *("january", "february", "march", "april", "may", "june", "july", "august"),
        *("september", "october", "november", "december", "jan", "feb", "mar", "apr", "jun"),
        *("jul", "aug", "sep", "sept", "oct", "nov", "dec", "spring", "summer", "autumn"),
        *("winter", "januar", "februar", "märz", "mai", "juni", "juli", "oktober", "dezember"),
        *("janvier", "février", "mars", "avril", "juin", "juillet", "août", "septembre"),
        *("octobre", "novembre", "décembre", "enero", "febrero", "marzo", "abril", "mayo"),
        *("junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
        *("gennaio", "febbraio", "aprile", "maggio", "giugno", "luglio", "settembre"),
        *("ottobre", "dicembre", "januari", "februari", "maart", "mei", "augustus"),
    )
)
# What an office is to do with somebody, where no column asks.
_ORDERS = frozenset(
    folded(word)
    for word in (
        *("delete", "remove", "take off", "take out", "strike", "drop", "stop"),
        *("löschen", "streichen", "abmelden", "austragen", "abbestellen", "raus"),
        *("supprimer", "désabonner", "désinscrire", "retirer", "enlever", "radié", "parti"),
        *("eliminar", "borrar", "dar baja", "cancelar", "cancellare", "rimuovere", "eliminare"),
        *("verwijderen", "uitschrijven", "afmelden", "schrappen", "usunąć", "wypisać"),
        *("smazat", "odhlásit", "ta bort", "slett", "fjern", "dileu", "rip", "off"),
    )
)
_WORDS = LEAVING_WORDS | _ORDERS
# In which way they said so; without the preposition it may be what was deleted.
_WAY = re.compile(
    r"\b(?:by|per|via|mit|par|por|met) (?:e mail|email|mail|phone|telephone|telefon|tel|"
    r"post|letter|brief|anruf|courriel|correo|telefono|telefoon)\b"
)
# No moment in figures has one.
_WORD = re.compile(r"[^\W\d_]{3}")
_NUMBER = re.compile(r"\d+(?:st|nd|rd|th|er)?")
_BRACKETED = re.compile(r"[(\[{<*]+([^()\[\]{}<>*]+)[)\]}>*]+")
# What stands apart from a name: after a dash or a slash with spaces.
_APART = re.compile(r"\s(?:[-–—/|:>]+|//|->|=>)\s")
_CAPITALS = re.compile(r"\b(?:LEFT|DEAD|DIED|RIP|RESIGNED|REMOVED|DELETED|NO MAIL)\b")
# N and NE are branches in the north.
_PLAIN_NO = frozenset(word for word in NO if len(word) > 2 or word in {"no", "0"})
MAX_NO_LENGTH = max(map(len, NO)) + 2
# Shorter words of leaving are names as well: Junk, Quit, Baja.
MIN_LENGTH_BESIDE_NAME = 7


@lru_cache(maxsize=4096)
def says_only_left(text: str) -> bool:
    """Whether a remark says that somebody left and nothing else: “left 2020”, “gelöscht am 3.5.”"""
    words = _WAY.sub(" ", _NUMBER.sub(" ", folded(text))).split()
    bare = " ".join(word for word in words if word not in _BESIDE)
    return bool(bare) and (bare in _WORDS or " ".join(words) in _WORDS)


@lru_cache(maxsize=4096)
def name_says_left(name: str) -> bool:
    """Whether beside a name it says plainly that its owner left: “Ann Lee (left)”.

    In capitals it is plain where the name itself is not, at the end where it can be no name.
    """
    if any(map(says_only_left, _BRACKETED.findall(name))):
        return True
    if any(map(says_only_left, _APART.split(name)[1:])):
        return True
    if not name.isupper() and _CAPITALS.search(name):
        return True
    last = " ".join(_NUMBER.sub(" ", folded(name)).split()[-1:])
    return len(last) >= MIN_LENGTH_BESIDE_NAME and last in LEAVING_WORDS


def status_with_remark(text: str, words: Mapping[str, ListState]) -> ListState | None:
    """The status of a cell in a status column, with when and why: “ausgetreten 2019”."""
    return status_of(text, words) or (ListState.LEFT if says_only_left(text) else None)


def leaving_with_remark(text: str, words: Mapping[str, ListState]) -> ListState | None:
    """The status of a cell in a leaving column, with when and why; None for unknown words."""
    return leaving_of(text, words) or (ListState.LEFT if says_only_left(text) else None)


def doubt_of(text: str, words: Mapping[str, ListState]) -> ListState:
    """The status of a cell that may speak of leaving: whoever has something in it is in doubt.

    Nobody can list the words in which people ask not to be mailed, in every language; a no alone
    may be one of them.
    """
    if is_nothing(text):
        return ListState.SUBSCRIBED
    if folded(text) in words:
        return words[folded(text)]
    return worse(ListState.PENDING, _said_in(text, words))


def warning_of(text: str, words: Mapping[str, ListState]) -> ListState:
    """The status of a cell with a moment, count or yes that may speak of leaving; a no does not."""
    is_clear = is_no(text) and folded(text) not in words
    return ListState.SUBSCRIBED if is_clear else doubt_of(text, words)


def passing_of(text: str, words: Mapping[str, ListState]) -> ListState:
    """The status of a cell about something else, such as a date of joining.

    People write there too who never joined, or who left.
    """
    is_told = _WORD.search(text) is not None and (
        folded(text) in LEAVING_WORDS or says_only_left(text) or states_leaving(text)
    )
    return ListState.LEFT if is_told else label_of(text, words)


def label_of(text: str, _words: Mapping[str, ListState]) -> ListState:
    """The status of a cell of tags or topics: a no alone is none, and may say no to mail."""
    is_short = len(text) <= MAX_NO_LENGTH
    is_no_to_mail = is_short and folded(text) in _PLAIN_NO and not is_nothing(text)
    return ListState.PENDING if is_no_to_mail else ListState.SUBSCRIBED


def receiving_of(text: str, words: Mapping[str, ListState]) -> ListState:
    """The status of a cell that lists what somebody is sent: nothing of it, or a no, is a doubt."""
    return worse(ListState.PENDING if is_no(text) else ListState.SUBSCRIBED, _said_in(text, words))


def _said_in(text: str, words: Mapping[str, ListState]) -> ListState:
    """What a cell of free words says: that they left, where it speaks of that, and else nothing."""
    if is_nothing(text):
        return ListState.SUBSCRIBED
    state = words.get(folded(text)) or WORDS.get(folded(text), ListState.SUBSCRIBED)
    if state is not ListState.SUBSCRIBED:
        return state
    is_told = states_leaving(text) or any(map(says_only_left, text.split(REMARK_SEPARATOR)))
    return ListState.LEFT if is_told else state
