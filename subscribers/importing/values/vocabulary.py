"""Status words, yes and no, in the languages of lists."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache, reduce

from subscribers.importing.values.cells import is_address, listed
from subscribers.importing.values.dates import is_date, is_never
from subscribers.importing.values.states import HAS_LEFT, ListState, worse
from subscribers.importing.values.word_folding import folded

# English, Welsh, German, French, Spanish, Portuguese, Italian, Dutch, Polish, Czech, Nordic
# languages, Hungarian, Slavonic languages, Romanian, Turkish, Greek, Hebrew, Arabic, Persian,
# Chinese, Japanese, Korean; values of programs and databases.
YES = frozenset(
    folded(word)
    for word in (
        *("✅", "👍"),
        *("yes", "y", "true", "t", "1", "1.0", "on", "x", "✓", "✔", "☑", "checked", "wahr"),
        *("ja", "j", "oui", "o", "vrai", "sí", "si", "s", "sì", "sim", "verdadero", "verdadeiro"),
        # Formulas that a spreadsheet did not work out.
        *("=true()", "=wahr()", "=vrai()", "=verdadero()", "=vero()", "=waar()"),
        *("vero", "waar", "tak", "prawda", "ano", "áno", "da", "kyllä", "igen", "jah", "taip"),
        *("ie", "ydw", "ydy", "ydyn", "oes", "gwir", "evet", "hai", "jā", "bai", "да", "так"),
        *("yes please", "yes, i agree", "i agree", "ja bitte", "ja gerne", "oui volontiers"),
        *("oui s'il vous plaît", "sí por favor", "sì grazie", "ja graag", "tak proszę"),
        *("ναι", "כן", "نعم", "بله", "是", "有", "はい", "有り", "예", "네"),
    )
)
NO = frozenset(
    folded(word)
    for word in (
        *("❌", "🚫", "👎", "✖", "✕"),
        *("no", "n", "false", "f", "0", "0.0", "off", "unchecked", "falsch", "nein", "non", "faux"),
        *("=false()", "=falsch()", "=faux()", "=falso()", "=onwaar()"),
        *("não", "falso", "nee", "onwaar", "nie", "fałsz", "ne", "nej", "nei", "ei", "nem", "na"),
        *(
            "nac ydw",
            "nac ydy",
            "nac oes",
            "nage",
            "naddo",
            "anghywir",
            "hayır",
            "✗",
            "✘",
            "☐",
            "☒",
        ),
        *("no thanks", "no thank you", "nein danke", "non merci", "no gracias", "no grazie"),
        *("nee dank je", "nee bedankt", "nie dziękuję", "dim diolch"),
        *("never", "nie", "niemals", "jamais", "nunca", "mai", "nooit", "nigdy", "none", "keine"),
        *("ninguno", "nessuno", "aucun", "geen", "brak", "dim", "hayir", "nu", "nē", "ez", "нет"),
        *(
            "не",
            "ні",
            "όχι",
            "לא",
            "لا",
            "خیر",
            "否",
            "不",
            "无",
            "無",
            "いいえ",
            "無し",
            "아니요",
            "아니오",
        ),
    )
)
# Permission words, valid for columns of permission and of prohibition.
PERMITTED = frozenset(
    map(
        folded,
        ("allow", "allowed", "erlaubt", "granted", "accepted", "agreed", "given", "autorisé"),
    )
)
FORBIDDEN = frozenset(
    folded(word)
    for word in (
        *("do not allow", "not allowed", "nicht erlaubt", "disallow", "disallowed", "denied"),
        *("declined", "refused", "not granted", "not given", "non autorisé", "abgelehnt", "refusé"),
    )
)
# Empty values of databases and programs.
_NOTHING = re.compile(
    r"|\\N|\(?null\)?|nil|none|nan|nat|undefined|n/?a|#n/?a|-+|—|–|\[\]|\{\}|\"\"|''|\.|"
    r"(0000-00-00|0001-01-01|00?[/.]00?[/.]0000)([ T]00:00(:00(\.0+)?)?Z?)?|1900-01-00|"
    r"00[./]0?1[./]1900|0?1/00?/1900|\[null\]",
    re.IGNORECASE,
)

_STATE_WORDS: Mapping[ListState, tuple[str, ...]] = {
    ListState.SUBSCRIBED: (
        *("subscribed", "subscriber", "confirmed", "enabled", "active", "verified", "opted in"),
        *("opt in", "optin", "opt-in", "opted-in", "double opt in", "double optin", "mailable"),
        *(
            "not unsubscribed",
            "single opt in",
            "explicit",
            "registered",
            "validated",
            "approved",
            "normal",
            "regular",
        ),
        *("aktiv", "angemeldet", "abonniert", "bestätigt", "bestaetigt", "eingetragen"),
        *("zugestimmt", "freigegeben", "actif", "active", "abonné", "abonnée", "inscrit"),
        *("inscrite", "confirmé", "confirmée", "validé", "activo", "activa", "suscrito"),
        *("suscrita", "confirmado", "confirmada", "inscrito", "inscrita", "ativo", "ativa"),
        *("attivo", "attiva", "iscritto", "iscritta", "confermato", "confermata", "actief"),
        *("aangemeld", "ingeschreven", "geabonneerd", "bevestigd", "aktywny", "aktywna"),
        *("zapisany", "zapisana", "potwierdzony", "potwierdzona", "subskrybent", "aktivní"),
        *("přihlášen", "přihlášený", "tanysgrifiwyd", "wedi tanysgrifio", "gweithredol"),
        *("wedi cadarnhau", "bekræftet", "tilmeldt", "prenumererar", "påmeldt", "tilaaja"),
        *("alta", "de alta", "abone", "aktif", "ενεργός", "ενεργή", "εγγεγραμμένος", "подписан"),
        *(
            "активен",
            "активный",
            "مشترك",
            "نشط",
            "已订阅",
            "订阅中",
            "有效",
            "購読中",
            "有効",
            "구독중",
        ),
    ),
    ListState.PENDING: (
        *("pending", "unconfirmed", "not confirmed", "unactivated", "nonsubscribed"),
        *("non subscribed", "never subscribed", "not subscribed", "not set", "unknown", "unset"),
        *("paused", "upcoming", "waiting", "awaiting confirmation", "unverified", "not verified"),
        *("prospect", "interested", "never confirmed", "not yet confirmed", "to be confirmed"),
        *("waiting for confirmation", "soft bounced", "soft bounce", "softbounce"),
        *("transactional", "non marketing", "unmarketable", "invited", "requested", "new"),
        *("invalidated", "on hold", "held", "inactive member", "no consent", "not opted in"),
        *("ausstehend", "unbestätigt", "nicht bestätigt", "offen", "wartend", "unbekannt"),
        *("en attente", "non confirmé", "non confirmée", "inconnu", "pendiente", "sin confirmar"),
        *("no confirmado", "desconocido", "pendente", "não confirmado", "in attesa"),
        *("non confermato", "non confermata", "sconosciuto", "in afwachting", "onbevestigd"),
        *("niet bevestigd", "onbekend", "oczekujący", "oczekuje", "niepotwierdzony", "nieznany"),
        *("čeká", "nepotvrzený", "yn aros", "heb gadarnhau", "afventer", "väntar", "obekräftad"),
        *(
            "pendiente de confirmar",
            "onay bekliyor",
            "εκκρεμεί",
            "ожидает",
            "قيد الانتظار",
            "待确认",
        ),
        *("未确认", "未確認"),
    ),
    ListState.LEFT: (
        *("left", "ended", "unsubscribed", "unsubscribe", "unsub", "blocklisted", "blacklisted"),
        *("blocked", "disabled", "removed", "archived", "suppressed", "opted out", "opt out"),
        *("optout", "opted-out", "cancelled", "canceled", "deleted", "deactivated"),
        *("do not email", "do not mail", "do not contact", "donotcontact", "unsubscribe link"),
        *("resigned", "quit", "expired", "banned"),
        *("withdrawn", "revoked", "rejected", "excluded", "unregistered", "former", "forgotten"),
        *("ex subscriber", "former subscriber", "iptal edildi"),
        *("lapsed", "ex member", "former member", "†", "✝", "ehemalig", "ehemalige", "ehemaliger"),
        *("ehemaliges mitglied", "ancien membre", "ex socio", "ex socia", "oud lid", "cyn aelod"),
        *("dead", "deceased", "died", "erased", "objected", "nomail", "no mail", "struck out"),
        *("crossed out", "struck off", "durchgestrichen", "gestrichen", "commented out"),
        *("taken out with a minus sign",),
        *("abgemeldet", "ausgetragen", "gesperrt", "deaktiviert", "gelöscht"),
        *("geloescht", "widerrufen", "ausgetreten", "gekündigt", "gekuendigt", "verstorben"),
        *("abbestellt", "blockiert", "désabonné", "désabonnée", "désinscrit", "désinscrite"),
        *("inactif", "désactivé", "bloqué", "supprimé", "supprimée", "résilié"),
        *("décédé", "refusé", "baja", "dado de baja", "de baja", "desuscrito", "cancelado"),
        *("cancelada", "eliminado", "bloqueado", "desactivado", "borrado"),
        *("descadastrado", "cancelado", "removido", "disiscritto", "disiscritta"),
        *("cancellato", "cancellata", "disattivato", "bloccato", "rimosso"),
        *("uitgeschreven", "afgemeld", "geblokkeerd", "verwijderd", "opgezegd"),
        *("wypisany", "wypisana", "wyrejestrowany", "zablokowany"),
        *("usunięty", "zrezygnował", "odhlášen", "odhlášený", "dad-danysgrifiwyd"),
        *("wedi dad-danysgrifio", "wedi gadael", "afmeldt", "avregistrerad"),
        *(
            "avmeldt",
            "peruutettu",
            "leiratkozott",
            "abonelikten çıktı",
            "ayrıldı",
            "pasif",
            "iptal",
        ),
        *("διαγραμμένος", "διαγραμμένη", "διαγράφηκε", "ανενεργός", "отписан", "отписался"),
        *("удален", "неактивен", "ألغى الاشتراك", "ملغى", "غير مشترك", "محذوف", "已退订", "退订"),
        *("已取消", "已删除", "退会", "解除", "配信停止", "구독취소", "הוסר", "מבוטל"),
    ),
    ListState.BOUNCED: (
        *(
            "bounced",
            "bounce",
            "cleaned",
            "undeliverable",
            "unreachable",
            "hard bounced",
            "hard bounce",
        ),
        *("hardbounce", "hardbounced", "invalid", "invalid email", "returned", "dropped", "failed"),
        *("unzustellbar", "ungültig", "unzustellbare", "rebondi", "rebond", "invalide", "rebotado"),
        *("rebote", "inválido", "respinto", "non valido", "onbestelbaar", "ongeldig", "odbity"),
        *("odbicie", "nieprawidłowy", "neplatný", "annilys", "wedi bownsio", "bounced hard"),
        *(
            "bouncing",
            "email bounced",
            "non deliverable",
            "devolvido",
            "devolvida",
            "devuelto",
            "studsar",
        ),
        *("studsade", "opgeschoond", "geri döndü", "επιστράφηκε", "مرتد", "退信"),
    ),
    ListState.COMPLAINED: (
        *("complained", "complaint", "complaining", "spammy", "spam", "abuse", "abuse complaint"),
        *("spam complaint", "marked as spam", "spamreport", "reported spam", "junk", "beschwerde"),
        *("plainte", "queja", "reclamo", "klacht", "skarga", "cwyn", "spam report", "abused"),
        *("spam reported", "spamtrap", "spam trap"),
    ),
}
WORDS: Mapping[str, ListState] = {
    folded(word): state for state, words in _STATE_WORDS.items() for word in words
}
LEAVING_WORDS = frozenset(word for word, state in WORDS.items() if state in HAS_LEFT)

# Phrases that mean leaving anywhere in a text; only unambiguous single words.
_TOLD = re.compile(
    r"[†✝]|\b(?:(?<!never )(?<!not )un-?subscri\w*|unsub|"
    r"ex-members?|former members?|lapsed|remov(?:ed?|al) from|"
    r"take (?:me|us|him|her|them) off|opt(?:ed)?[ -]?out|bounc(?:ed|es|ing)|"
    r"(?:hard|soft)[ -]?bounce|black-?list\w*|suppressed|block-?list\w*|"
    r"(?:do not|don['’]?t) (?:e-?mail|mail|contact|send|write)|"
    r"nicht mehr (?:an)?(?:schreiben|schicken|senden|mailen|kontaktieren)|"
    r"keinen? newsletter mehr|plus (?:de newsletter|recevoir)|no (?:desea|quiere) (?:más )?recibir|"
    r"non (?:vuole|desidera) più (?:ricevere|mail|la newsletter|la lettera)|"
    r"nie chce (?:maili|newslettera|wiadomości)|wil geen (?:e-?mails?|nieuwsbrief)|"
    r"no (?:more )?(?:e-?mails?|mailings?|newsletters?)|"
    r"(?:tak(?:en?|ing)|come|came) off|off the list|(?:e-?mails?|post) (?:came|come|comes) back|"
    r"abgemeldet|abbestellt|ausgetragen|gesperrt|unzustellbar|"
    r"keine? (?:e-?mails?|mails?|newsletter|werbung)|mail kommt zurück|"
    r"d[ée]sabonn\w*|d[ée]sinscri\w*|ne plus (?:contacter|envoyer)|npai|"
    r"ne (?:souhaite|veut) plus|dado de baja|darse de baja|"
    r"disiscri\w*|cancellat[oa]|uitgeschreven|afgemeld|wypisan\w*|odhl[aá][sš]\w*|"
    r"dad-?danysgrif\w*|deceased|verstorben|d[ée]c[ée]d[ée]e?|decedut[oa]|fallecid[oa]|"
    r"overleden|zmarła?|bu farw|wedi marw|torna indietro|withdr[ae]w\w* consent)\b",
    re.IGNORECASE,
)


# What is written beside a name of somebody who may be gone; capitals make it no part of the name.
_ASIDE = re.compile(
    r"\b(?:LEFT|MOVED|GONE|RIP|DEAD|DIED|RESIGNED|EX|NO MAIL|STOP|X{3,})\b"
    r"|\((?i:left|moved|gone|rip|dead|died|resigned|ex|former|formerly member|stop|x+|\?+|no|not"
    r"|verzogen|ausgetreten|weg|parti|partie|baja|weggegaan|flyttad|flyttet)\b[^)]*\)"
)


def may_state_leaving(name: str) -> bool:
    """Whether a name has something beside it that may say that its owner is gone."""
    return _ASIDE.search(name) is not None


def states_leaving(text: str) -> bool:
    """Whether a text of any length states that somebody left; an address does not by its name."""
    return _TOLD.search(text) is not None and not is_address(text)


@lru_cache(maxsize=4096)
def is_nothing(text: str) -> bool:
    """Whether a cell is empty, or a database's form of empty."""
    return _NOTHING.fullmatch(text.strip()) is not None


@lru_cache(maxsize=4096)
def is_no(text: str) -> bool:
    """Whether a cell is a no, or empty."""
    return is_nothing(text) or folded(text) in NO


@lru_cache(maxsize=4096)
def is_yes_or_no(text: str) -> bool:
    return folded(text) in YES or folded(text) in NO


# A code with its meaning: "2 - unsubscribed".
_DESCRIBED = re.compile(r"-?\d{1,3}\s*[-–—=:.)]\s*(\D.*)")


def status_of(text: str, words: Mapping[str, ListState]) -> ListState | None:
    """The status of a cell in a status column; None for an unknown word.

    Args:
        words: of the program and the administrator, folded; take precedence.
    """
    if is_nothing(text):
        return words.get("", ListState.PENDING)
    word = folded(text)
    if word in words:
        return words[word]
    if word in WORDS:
        return WORDS[word]
    if word in YES or word in PERMITTED or is_date(text):
        return ListState.PENDING if is_never(text) else ListState.SUBSCRIBED
    if word in NO or word in FORBIDDEN:
        return ListState.LEFT
    described = _DESCRIBED.fullmatch(text.strip())
    return status_of(described[1], words) if described else None


def leaving_of(text: str, words: Mapping[str, ListState]) -> ListState | None:
    """The status of a cell in a leaving column; None for an unknown word."""
    if is_nothing(text):
        return ListState.SUBSCRIBED
    if text[0] in "[{":
        return _leaving_of_all(listed(text), words)
    word = folded(text)
    if word in NO:
        return ListState.SUBSCRIBED
    state = words.get(word) or WORDS.get(word)
    if is_never(text):
        # Among moments of leaving it may mean either.
        return state
    # A 1 that means "active" in another column of the file is still a yes in this one.
    if word in YES or _NUMBER.fullmatch(text.strip()):
        return state if state in HAS_LEFT else ListState.LEFT
    if state is not None:
        return state
    if word in PERMITTED:
        return ListState.SUBSCRIBED
    return ListState.LEFT if word in FORBIDDEN or is_date(text) else None


def reason_of(text: str, words: Mapping[str, ListState]) -> ListState:
    """The status of a cell with free text about leaving: any text means left."""
    state = ListState.SUBSCRIBED if is_no(text) else leaving_of(text, words)
    return ListState.LEFT if state is None else state


def _leaving_of_all(texts: Sequence[str], words: Mapping[str, ListState]) -> ListState | None:
    """The worst of what several say; none of them: nothing."""
    states = [leaving_of(text, words) for text in texts if text[0] not in "[{"]
    clear = [state for state in states if state is not None]
    return reduce(worse, clear, ListState.SUBSCRIBED) if len(clear) == len(states) else None


_NUMBER = re.compile(r"[-+]?[\d.,]+%?")


def confirmation_of(text: str, words: Mapping[str, ListState]) -> ListState | None:
    """The status of a cell in a confirmation column; None for an unknown word."""
    if is_no(text):
        return ListState.PENDING
    word = folded(text)
    if word in YES:
        return ListState.SUBSCRIBED
    state = words.get(word) or WORDS.get(word)
    if state is not None:
        return state
    if word in FORBIDDEN or is_never(text):
        return ListState.PENDING
    return ListState.SUBSCRIBED if word in PERMITTED or is_date(text) else None
