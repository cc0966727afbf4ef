"""Columns of other channels than e-mail, by their headings: letters, calls, text messages."""

from subscribers.importing.values.stems import ASIDE_STEMS, STEMS, has_stem
from subscribers.importing.values.word_folding import folded

_OTHERS = frozenset(
    map(
        folded,
        (
            *("post", "letter", "letters", "brief", "briefe", "briefpost", "postweg", "courrier"),
            *("lettre", "poste", "carta", "correo postal", "correio", "lettera", "posta"),
            *("papier", "paper", "print", "list papierowy", "dopis", "dopisem", "llythyr"),
            *("brev", "levél", "kirje", "phone", "telephone", "téléphone", "telefon", "teléfono"),
            *("telefono", "telefone", "telefoon", "telefonisch", "anruf", "appel", "llamada"),
            *(
                "ffôn",
                "puhelin",
                "tel",
                "sms",
                "text",
                "texto",
                "texts",
                "whatsapp",
                "whats app",
                "signal",
            ),
            *("telegram", "fax", "mms", "call", "calls", "push", "почта", "телефон", "письмо"),
        ),
    )
)
_MAIL = frozenset(
    map(
        folded,
        (
            *("email", "emails", "e-mail", "e-mails", "mail", "mails", "mailing", "newsletter"),
            *("e-post", "epost", "e-bost", "ebost", "e-posta", "eposta", "e-poste", "sähköposti"),
            *("courriel", "courriels", "correo electrónico", "posta elettronica", "nieuwsbrief"),
            *("e-pošta", "epošta", "infolettre", "boletín", "почта электронная"),
            *("correio eletrônico", "correio electrónico"),
        ),
    )
)


NEWSLETTERS = frozenset(
    map(
        folded,
        (
            *("newsletter", "newsletters", "mailinglist", "mailingliste", "bulletin", "rundbrief"),
            *("rundmail", "rundmails", "infomail", "infobrief", "lettre d'information"),
            *("infolettre", "nieuwsbrief", "boletín", "cylchlythyr", "nyhedsbrev", "nyhetsbrev"),
            *("uutiskirje", "hírlevél", "zpravodaj", "biuletyn", "e-newsletter", "enewsletter"),
        ),
    )
)


def is_of_newsletter(heading: str) -> bool:
    """Whether a folded heading names a newsletter, and no letters or calls."""
    return _names(heading, NEWSLETTERS) and not _names(heading, _OTHERS - NEWSLETTERS)


# Refusals that may pass are of e-mail too.
_STEMS = tuple(stem for stem in ASIDE_STEMS if stem not in {"transaction", "soft", "call", "push"})
# What holds for every channel: a death, leaving altogether.
_OF_EVERY_CHANNEL = (
    *("dead", "died", "deceas", "gestorb", "verstorb", "deced", "fallec", "falec", "overled"),
    *("zmarl", "zemrel", "zesnul", "do not contact", "no contact", "kein kontakt", "resign"),
    *("ausgetret", "left", "gone", "erased", "deleted", "forgotten", "gelosch", "supprim"),
)


def is_of_mail(heading: str) -> bool:
    """Whether a folded heading names e-mail."""
    return _names(heading, _MAIL)


def is_of_other_channel(heading: str) -> bool:
    """Whether a folded heading names another channel, and e-mail not."""
    return not is_of_mail(heading) and (_names(heading, _OTHERS) or has_stem(heading, _STEMS))


def is_of_mail_consent(heading: str) -> bool:
    """Whether a folded heading tells of state or consent for e-mail."""
    return is_of_mail(heading) and has_stem(heading, STEMS)


def may_concern_mail(value: str) -> bool:
    """Whether a value below a heading of another channel may hold for e-mail: a death does."""
    words = folded(value)
    return is_of_mail(words) or has_stem(words, _OF_EVERY_CHANNEL)


def _names(heading: str, words: frozenset[str]) -> bool:
    padded = f" {heading} "
    return any(f" {word} " in padded for word in words)
