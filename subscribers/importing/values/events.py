"""Words of sign-up logs: what each event says of how somebody stands after it."""

from collections.abc import Mapping
from enum import StrEnum

from subscribers.importing.values.states import ListState
from subscribers.importing.values.vocabulary import WORDS
from subscribers.importing.values.word_folding import folded


class ListEvent(StrEnum):
    """What happened to somebody, as far as it matters to who is mailed."""

    ASKED = "asked"  # signed up, and confirmed nothing yet
    SUBSCRIBED = "subscribed"
    CONFIRMED = "confirmed"
    LEFT = "left"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    NOTHING = "nothing"  # says nothing of whether they are subscribed


STATE_AFTER: Mapping[ListEvent, ListState] = {
    ListEvent.ASKED: ListState.PENDING,
    ListEvent.SUBSCRIBED: ListState.SUBSCRIBED,
    ListEvent.CONFIRMED: ListState.SUBSCRIBED,
    ListEvent.LEFT: ListState.LEFT,
    ListEvent.BOUNCED: ListState.BOUNCED,
    ListEvent.COMPLAINED: ListState.COMPLAINED,
}
_OF_STATE: Mapping[ListState, ListEvent] = {
    ListState.SUBSCRIBED: ListEvent.SUBSCRIBED,
    ListState.PENDING: ListEvent.ASKED,
    ListState.LEFT: ListEvent.LEFT,
    ListState.BOUNCED: ListEvent.BOUNCED,
    ListState.COMPLAINED: ListEvent.COMPLAINED,
}
_WORDS: Mapping[ListEvent, tuple[str, ...]] = {
    ListEvent.ASKED: (
        *("signup", "sign up", "signed up", "requested", "registration", "register", "registered"),
        *("doi sent", "confirmation sent", "confirmation requested", "opt in requested", "pending"),
        *("anmeldung", "angefragt", "anfrage", "registrierung", "bestatigung gesendet"),
        *("doi mail gesendet", "demande d inscription", "solicitud", "solicitud de alta"),
        *("richiesta", "aanmelding", "aanvraag", "zgloszenie", "cais", "inscription demandee"),
    ),
    ListEvent.SUBSCRIBED: (
        *("subscribe", "resubscribe", "resubscribed", "re subscribe", "re subscribed", "joined"),
        *("join", "rejoined", "re joined", "opt in", "opted in", "added", "add", "reactivated"),
        *(
            "reactivate",
            "reinstated",
            "returned to the list",
            "wieder angemeldet",
            "wiederanmeldung",
        ),
        *("eingetragen", "eintragung", "erneute anmeldung", "neuanmeldung", "inscription"),
        *(
            "reinscription",
            "reinscrit",
            "reabonne",
            "reabonnement",
            "alta",
            "realta",
            "suscripcion",
        ),
        *("iscrizione", "reiscrizione", "inschrijving", "opnieuw aangemeld", "zapis", "zapisanie"),
        *("ponowny zapis", "prihlaseni", "tanysgrifio", "ail danysgrifio", "+"),
    ),
    ListEvent.CONFIRMED: (
        *("confirmed", "confirm", "confirmation", "optin confirmed", "opt in confirmed", "doi"),
        *("double opt in", "double optin", "doi confirmed", "verified", "verify", "activated"),
        *("bestatigung", "bestatigt", "doi bestatigt", "anmeldung bestatigt", "confirme"),
        *("confirmado", "confirmacion", "conferma", "confermato", "bevestiging", "bevestigd"),
        *("potwierdzenie", "potwierdzono", "potvrzeni", "potvrzeno", "cadarnhau", "cadarnhawyd"),
        *("inscription confirmee", "iscrizione confermata"),
    ),
    ListEvent.LEFT: (
        *("unsubscribe", "unsub", "leave", "opt out", "optout", "remove", "delete", "abmeldung"),
        *("austragung", "austritt", "widerruf", "loschung", "desinscription", "desabonnement"),
        *("baja", "desuscripcion", "disiscrizione", "cancellazione", "uitschrijving", "afmelding"),
        *("wypis", "wypisanie", "rezygnacja", "odhlaseni", "dad danysgrifio", "gadael", "-"),
    ),
    ListEvent.BOUNCED: ("probe", "hard bounce", "bounce", "unzustellbar", "rebond", "rebote"),
    ListEvent.COMPLAINED: ("complaint", "spam report", "spam", "beschwerde", "plainte", "queja"),
    ListEvent.NOTHING: (
        *("sent", "send", "delivered", "delivery", "opened", "open", "clicked", "click", "viewed"),
        *("updated", "update", "profile updated", "login", "logged in", "versendet", "zugestellt"),
        *(
            "geoffnet",
            "geklickt",
            "soft bounce",
            "deferred",
            "ouvert",
            "clic",
            "preferences changed",
        ),
    ),
}
EVENTS: Mapping[str, ListEvent] = {
    **{word: _OF_STATE[state] for word, state in WORDS.items()},
    **{folded(word): event for event, words in _WORDS.items() for word in words},
}


def event_of(text: str, words: Mapping[str, ListState]) -> ListEvent | None:
    """The event that a cell names; None for an unknown word.

    Args:
        words: what the administrator says of words, folded.
    """
    word = folded(text) or text.strip()
    if word in words:
        return _OF_STATE[words[word]]
    return EVENTS.get(word)
