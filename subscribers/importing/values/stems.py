"""Stems of words in headings, in many languages: of state, of agreement, of leaving."""

import re

# A moment below a heading with one of these is that of their agreement; below "status" it may be
# that of anything.
AGREEMENT_STEMS = (
    *("consent", "einwillig", "zustimm", "consens", "toestemm", "zgod", "souhlas", "cydsyn"),
    *("samtyck", "samtykk", "suostum", "hozzajarul", "consimt", "συγκαταθ", "соглас", "הסכמ"),
    *("caniat", "gdpr", "dsgvo", "rgpd", "rodo", "opt in", "optin", "opted in", "permission"),
    *("subscribed", "suscrito", "iscritto", "inscrit", "abonn", "angemeldet", "aangemeld"),
    *("ingeschreven", "zapisan", "accept", "accett", "accord", "tanysgrifi"),
)

# Headings with one of the following may tell state or consent (folded, in any of the languages).
STATUS_STEMS = (
    *("status", "statut", "statws", "stato", "estado", "zustand", "stav", "cyflwr", "state"),
)
STEMS = (
    *STATUS_STEMS,
    *("sub", "suscri", "scri", "abonn", "tanysgrif", "prenum", "odber", "odebir", "bezug"),
    *("abmeld", "gemeld", "anmeld", "aanmeld", "afmeld", "austrag", "eintrag", "austritt"),
    *("newsletter", "nieuwsbrief", "boletin", "infolettre", "mailing", "market", "werb", "reklam"),
    *("consent", "einwillig", "zustimm", "consens", "toestemm", "zgod", "souhlas", "cydsyn"),
    *("samtyck", "samtykk", "suostum", "hozzajarul", "consimt", "συγκαταθ", "соглас", "הסכמ"),
    *("caniat", "gdpr", "dsgvo", "rgpd", "rodo", "avg", "lopd", "privacy", "legal", "lawful"),
    *("confirm", "bestat", "conferm", "bevestig", "potwierd", "potvrz", "cadarn", "verif", "valid"),
    *("opt", "doi", "bounce", "rebot", "rebond", "rimbalz", "odbi", "zustellbar", "deliver"),
    *("clean", "complain", "complaint", "beschwer", "plainte", "queja", "reclam", "klacht"),
    *("skarg", "spam", "abuse", "junk", "block", "black", "sperr", "bloq", "bloc", "suppr"),
    *("disab", "activ", "aktiv", "aktyw", "attiv", "actif", "ativo", "actief", "enabled"),
    *("deactiv", "quit", "left", "leav", "remov", "delet", "losch", "elimin", "borrad", "usun"),
    *("baja", "cancel", "cancell", "annul", "wypis", "rezygn", "odhlas", "dad dan", "gadael"),
    *("uitschr", "uitgeschr", "ingeschr", "opgezegd", "perm", "allow", "erlaub", "autori"),
    *("authori", "accept", "akzept", "agree", "agreed", "grant", "do not", "dont", "don t", "not "),
    *("no mail", "no email", "nomail", "kein", "keine", "pas de", "geen", "niet", "ne pas"),
    *("reject", "refus", "denied", "declin", "withdr", "revok", "widerr", "widerspr", "object"),
    *("dead", "deceas", "verstorb", "died", "decede", "overled", "exclu", "ausschl", "robinson"),
    *("mailable", "reachable", "contactable", "can contact", "email ok", "wunsch", "wants"),
    *("receive", "recevoir", "recibir", "ricev", "ontvang", "hold", "pause", "end", "expire"),
    *("kundig", "resign", "demission", "resili", "lapsed", "former", "inactive", "nixie"),
    *("banned", "error", "fail", "reason", "preference", "member since", "member", "frozen"),
    *("διαγραφ", "διαγραμμ", "απεγγρα", "отпис", "הוסר", "停止", "退会", "退订", "取消"),
    *("stop", "avregistr", "avmeld", "leiratkoz", "baixa", "descadastr"),
)
# Stems for which a yes or a time means not to be mailed.
LEAVING_STEMS = (
    *("unsub", "abmeld", "abgemeld", "austrag", "austritt", "desab", "desinscri", "desuscri"),
    *("disiscri", "uitschr", "uitgeschr", "afgemeld", "afmeld", "wypis", "rezygn", "odhlas"),
    *("dad dan", "gadael", "opt out", "optout", "opted out", "bounce", "rebot", "rebond", "clean"),
    *("complain", "complaint", "spam", "abuse", "junk", "block", "black", "sperr", "bloq"),
    *("suppr", "disab", "deactiv", "quit", "left", "leav", "remov", "delet", "losch", "elimin"),
    *("baja", "cancel", "annul", "do not", "dont", "don t", "no mail", "no email", "nomail"),
    *("kein", "pas de", "geen", "niet", "ne pas", "reject", "refus", "denied", "declin"),
    *("withdr", "revok", "widerr", "widerspr", "object", "dead", "deceas", "verstorb", "died"),
    *("decede", "overled", "exclu", "ausschl", "robinson", "kundig", "resign", "lapsed", "nixie"),
    *("undeliver", "unzustell", "invalid", "banned", "opgezegd", "inactiv", "former", "stop"),
    *("avregistr", "avmeld", "leiratkoz", "baixa", "descadastr"),
)
# Headings of other channels, and of refusals that may pass: nothing is suggested for these.
ASIDE_STEMS = (
    *("sms", "whatsapp", "phone", "telefon", "push", "transaction", "postal"),
    *("mms", "call", "soft"),
)
# What members owe and have paid: no status of their mail, though "open" and "active" stand there.
PAYMENT_STEMS = (
    *("paid", "payment", "pays by", "fee", "fees", "dues", "gift aid", "invoice", "direct debit"),
    *("beitrag", "zahlung", "bezahlt", "zahlt", "lastschrift", "rechnung", "cotis", "paye"),
    *("paiement", "reglement", "adhesion payee", "pago", "pagos", "pagado", "cuota", "quota"),
    *("pagament", "pagat", "betaal", "betaling", "contributie", "skladk", "oplat", "platnosc"),
    *("taliad", "talwyd", "tal aelod"),
)
# Below these a moment is that of joining.
JOINING_STEMS = (
    *("signed", "sign up", "signup", "joined", "joining", "creat", "regist", "member since"),
    *("since", "entered", "submit", "added", "enrol", "erstell", "angelegt", "eintritt"),
    *("beitritt", "mitglied seit", "seit", "unterschrieben", "inscrit", "inscription", "cree le"),
    *("adhesion", "depuis", "signe le", "alta", "desde", "firmado", "ingreso", "iscri", "dal"),
    *("creato", "firmato", "aangemaakt", "sinds", "lid sinds", "getekend", "utworz", "dodan"),
    *("dolacz", "zapis", "podpis", "ymun", "ymaelod", "creu", "arwydd"),
)
# In questions whether somebody wants mail, and on forms.
WISH_STEMS = (
    *("receive", "send", "sent me", "subscri", "sign up", "signup", "sign me", "keep", "want"),
    *("like", "join", "get", "add", "allow", "agree", "consent", "please", "yes", "marketing"),
    *("accept", "ok", "may we", "can we", "opt in", "optin", "permission", "bekomm", "erhalt"),
    *("mocht", "wunsch", "zusend", "ja", "gern", "einwillig", "zustimm", "souhait", "recevoir"),
    *("veux", "envoyer", "inscri", "consent", "accord", "oui", "desea", "quier", "recib"),
    *("envi", "acept", "suscri", "si", "desider", "voglio", "vuoi", "ricev", "iscri", "ontvang"),
    *("wil", "graag", "toestem", "abonn", "chce", "otrzym", "zgod", "zapis", "derbyn", "hoff"),
    *("anfon", "caniat", "cydsyn", "tanysgrif"),
)
# What was done with mail, and not whether it is wanted.
USE_STEMS = (
    *("read", "open", "click", "sent on", "sent at", "last", "count", "number of", "html"),
    *("format", "valid", "bounce", "gelesen", "geoffnet", "lu le", "ouvert", "leid", "abierto"),
    *("letto", "aperto", "gelezen", "geopend", "przeczyt", "otwart", "darllen", "agor"),
)
# Laws that ask for consent: "Zgoda RODO".
LAW_STEMS = ("gdpr", "dsgvo", "ds gvo", "rgpd", "rodo", "avg", "lopd", "lgpd")
# Columns with passwords and keys: never read, and their values never shown.
SECRET_STEMS = (
    *("password", "passwd", "pwd", "user pass", "passwort", "kennwort", "mot de passe"),
    *("contrasena", "wachtwoord", "haslo", "heslo", "cyfrinair", "secret", "api key", "pkcs12"),
)
# "Not opted out", "Unsubscribed? (yes = still in)": the answer may mean the opposite.
_TURNED = re.compile(
    r"=|\b(?:no|not|never|non|nicht|nie|kein\w*|pas|jamais|sans|sin|nunca|mai|niet|geen|nooit|bez|"
    r"nigdy|dim|heb)\b",
    re.IGNORECASE,
)
# "Do not contact" is leaving, and no opposite of anything.
_REFUSAL = re.compile(r"\bdo[ _-]?not\b|\bdon['’]?t\b", re.IGNORECASE)


def is_turned(heading: str) -> bool:
    """Whether a heading has a no in it, so that a no below it may mean yes."""
    return _TURNED.search(_REFUSAL.sub(" ", heading)) is not None


def has_stem(heading: str, stems: tuple[str, ...]) -> bool:
    """Whether a word of a folded heading starts with one of these."""
    padded = f" {heading}"
    return any(f" {stem}" in padded or (len(stem) > 4 and stem in heading) for stem in stems)
