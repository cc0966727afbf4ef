"""Headings between the people of a list, which say how those below stand."""

import re

from subscribers.importing.values.filenames import may_state_status
from subscribers.importing.values.remarks import says_only_left
from subscribers.importing.values.states import HAS_LEFT, ListState
from subscribers.importing.values.tags import tag_states_leaving
from subscribers.importing.values.vocabulary import WORDS
from subscribers.importing.values.word_folding import folded

LEFT = ListState.LEFT.value
# Whoever stands below is mailed, as in any list.
_MAILED = frozenset(
    folded(word)
    for word in (
        *(
            "members",
            "member",
            "subscribers",
            "recipients",
            "readers",
            "newsletter",
            "mailing list",
        ),
        *("active members", "current members", "mitglieder", "abonnenten", "empfänger", "leser"),
        *("verteiler", "aktive mitglieder", "abonnés", "membres", "adhérents", "destinataires"),
        *("suscriptores", "socios", "miembros", "assinantes", "membros", "iscritti", "soci"),
        *("leden", "abonnees", "subskrybenci", "członkowie", "členové", "odběratelé", "aelodau"),
        *("tanysgrifwyr", "medlemmer", "medlemmar", "prenumeranter"),
    )
)
# How many stand below, and lines drawn around the heading.
_COUNT = re.compile(r"\(?\b\d+\b\)?(?: (?:people|addresses|adressen))?")


def heading_state(line: str) -> str:
    """The state that a heading gives those below it; empty if it tells none for sure."""
    heading = _COUNT.sub(" ", line).strip(" #*=-–—_:.>\t")
    word = folded(heading)
    if word in _MAILED:
        return ListState.SUBSCRIBED.value
    if state := WORDS.get(word):
        return LEFT if state in HAS_LEFT else state.value
    is_left = tag_states_leaving(heading) or says_only_left(heading)
    return LEFT if is_left or _names_file_of_leavers(heading) else ""


def _names_file_of_leavers(heading: str) -> bool:
    """Whether a heading of few words states leaving in the way of a file's name."""
    return len(heading.split()) <= 2 and may_state_status(heading)
