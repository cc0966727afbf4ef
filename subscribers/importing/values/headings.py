"""Column headings in many languages, independent of the program.

Headings of one program are in `subscribers.importing.programs`.
"""

from collections.abc import Mapping

from subscribers.importing.values.word_folding import folded


def folded_names(*names: str) -> tuple[str, ...]:
    """Names in their normal form, each once; those of e-mail with and without a hyphen."""
    forms = (form for name in map(folded, names) for form in (name, _with_hyphen(name)))
    return tuple(dict.fromkeys(forms))


def _with_hyphen(name: str) -> str:
    return " ".join("e mail" if word == "email" else word for word in name.split())


MARKS = "marks in the sheet"
"""Heading of what stands beside the values of a sheet: comments, colours, crossed-out cells."""
BESIDE = "words beside the address"
"""Heading of what else stands in somebody's line of a written list."""
SECTION = "heading above"
"""Heading of the line above somebody in a list of sections."""
LAST_EVENT = "latest event"
"""Heading of how somebody stands by the latest event of a sign-up log."""

ROLES: Mapping[str, tuple[str, ...]] = {
    # A bare "address" comes last: in an address book it is the postal one.
    "address": folded_names(
        *("email address", "email", "e mail", "mail", "subscriber email", "e mail address"),
        *("email 1", "e mail 1 value", "primary email", "primary email address", "email id"),
        *("user email", "contact email", "member email", "work email", "email 1 value"),
        *("email home", "email work", "email other", "email private", "email business"),
        *("personal email", "home email", "mail address", "emailaddress", "recipient"),
        *("e mail adresse", "email adresse", "mailadresse", "mail adresse", "emailadresse"),
        *("courriel", "adresse email", "adresse e mail", "adresse mail", "adresse courriel", "mel"),
        *("correo electronico", "correo", "direccion de correo", "direccion de email"),
        *("correo electronico principal", "direccion de correo electronico"),
        *("email address primary", "email primary", "primary e mail"),
        *("endereco de email", "endereco de e mail", "indirizzo email", "indirizzo e mail"),
        *("indirizzo mail", "posta elettronica", "e mailadres", "emailadres", "mailadres"),
        *("adres email", "adres e mail", "adres mail", "poczta", "e mailova adresa"),
        *("emailova adresa", "e post", "epost", "e postadress", "sahkoposti", "cyfeiriad e bost"),
        *("e bost", "ebost", "cyfeiriad ebost", "email cim", "address"),
        # Questions of a form.
        *("your email", "your email address", "ihre e mail adresse", "votre email"),
        # Lists of addresses in JSON.
        *("emails", "email addresses", "e mails", "mails", "mail addresses", "e mail adressen"),
    ),
    "name": folded_names(
        *(
            "ad soyad",
            "isim",
            "ονοματεπωνυμο",
            "ονομα",
            "имя",
            "фио",
            "الاسم",
            "姓名",
            "名前",
            "氏名",
            "이름",
        ),
        *("name", "full name", "fullname", "display name", "displayname", "contact name", "fn"),
        *("your name", "your full name", "ihr name", "dein name", "votre nom", "uw naam"),
        *("su nombre", "il tuo nome", "eich enw", "what is your name"),
        *("subscriber name", "member name", "real name", "contact", "gecos", "cn", "names"),
        *("namn", "navn", "nimi", "nev", "namen", "noms", "nombres", "enwau"),
        *("vollstandiger name", "anzeigename", "nom complet", "nom affiche", "nombre completo"),
        *("nome completo", "nome e cognome", "volledige naam", "weergavenaam", "naam"),
        *("nombre y apellidos", "nom et prenom", "nom prenom"),
        *("imie i nazwisko", "pelne imie", "cele jmeno", "jmeno a prijmeni", "enw", "enw llawn"),
    ),
    "first_name": folded_names(
        *("name first", "ad", "given names"),
        *("first name", "firstname", "given name", "givenname", "forename", "first", "fname"),
        *("vorname", "rufname", "prenom", "nombre", "primeiro nome", "nome", "voornaam", "imie"),
        *("jmeno", "krestni jmeno", "enw cyntaf", "fornavn", "fornamn", "etunimi", "keresztnev"),
    ),
    "last_name": folded_names(
        *("name last", "soyad", "επωνυμο", "фамилия"),
        *("last name", "lastname", "surname", "family name", "last", "lname", "familyname", "sn"),
        *("nachname", "familienname", "zuname", "nom", "nom de famille", "apellido", "apellidos"),
        *("sobrenome", "apelido", "cognome", "achternaam", "familienaam", "nazwisko", "prijmeni"),
        *("cyfenw", "enw olaf", "etternavn", "efternavn", "efternamn", "sukunimi", "vezeteknev"),
    ),
    "topics": folded_names("topics"),
    "tags": folded_names(
        *("tags", "tag", "labels", "label", "groups", "group", "categories", "category", "lists"),
        *("list", "group membership", "interests", "segments", "newsletters", "mailing lists"),
        *("mailing list", "audiences", "tag list", "themen", "gruppen", "gruppe", "listen"),
        *("kategorien", "schlagworte", "interessen", "etiquettes", "groupes", "listes", "liste"),
        *("etiquetas", "grupos", "listas", "lista", "intereses", "etichette", "gruppi", "liste"),
        *("interessi", "groepen", "lijsten", "etykiety", "grupy", "listy", "zainteresowania"),
        *("stitky", "tagiau", "grwpiau", "rhestrau"),
    ),
    "digests": folded_names("digests"),
    "frequency": folded_names("frequency"),
    "language": folded_names(
        *("language", "lang", "locale", "preferred language", "sprache", "langue", "idioma"),
        *("lingua", "taal", "jezyk", "jazyk", "iaith", "sprak", "language code"),
    ),
    # A JSON object, as in listmonk and Buttondown.
    "attributes": folded_names("attributes", "metadata", "attribs"),
    # End of a pause, as in our own export.
    "paused": folded_names("paused"),
    # Date of joining: text for the proof, not a status.
    "joined": folded_names(
        *("joined", "created at", "created", "creation date", "date created", "created on"),
        *("created date", "subscription date", "subscription time", "signup date"),
        *("sign up date", "signup time", "sign up time", "signed up", "signed up at", "joined at"),
        *("join date", "date joined", "joined on", "joined date", "member since", "date added"),
        *("added", "added at", "added on", "added date", "registered", "registered at"),
        *("registration date", "registered on", "date registered", "optin time", "opt in time"),
        *("opted in at", "opted in on", "opted in date", "opt in at"),
        *("opt in date", "optin date", "optin at", "opt in timestamp", "optin timestamp"),
        *("signup timestamp", "angemeldet am", "anmeldedatum", "erstellt am", "eingetragen am"),
        *("registriert am", "mitglied seit", "date inscription", "date d inscription"),
        *("date de creation", "inscrit le", "cree le", "fecha de alta", "fecha de registro"),
        *("fecha de suscripcion", "fecha de creacion", "data de inscricao", "data de criacao"),
        *("data iscrizione", "data di iscrizione", "iscritto il", "data creazione"),
        *("aangemeld op", "inschrijfdatum", "aanmelddatum", "aangemaakt op", "data zapisu"),
        # Of forms and of members.
        *("kayit tarihi", "ημερομηνια εγγραφης", "дата подписки", "تاريخ الاشتراك", "订阅日期"),
        *("登録日", "등록일"),
        *(
            "submit date",
            "submit date utc",
            "created at utc",
            "created at utc 0",
            "submission time",
            "submitted on",
            "submitted date",
            "fertigstellungszeit",
        ),
        *("heure de fin", "hora de finalizacion", "ora di completamento", "tijd van voltooien"),
        *("timestamp", "submitted at", "submission date", "entry date", "completion time"),
        *("zeitstempel", "horodateur", "marca temporal", "informazioni cronologiche"),
        *("tijdstempel", "eintritt", "eintrittsdatum", "beitritt", "beitrittsdatum"),
        *("date d adhesion", "lid sinds"),
        *("data dodania", "data utworzenia", "data rejestracji", "dyddiad ymuno"),
        *("dyddiad tanysgrifio", "datum registrace", "datum prihlaseni"),
    ),
    # Date of agreement: text for the proof; one that programs write for "never" confirms nobody.
    "agreed": (),
    # Of a sign-up log: what happened, and when.
    "event": folded_names(
        *("event", "event type", "event name", "action", "activity", "activity type", "what"),
        *("change", "operation", "vorgang", "ereignis", "aktion", "aktivitat", "was", "evenement"),
        *("evento", "accion", "azione", "acao", "gebeurtenis", "actie", "zdarzenie", "akcja"),
        *("udalost", "akce", "digwyddiad", "gweithred", "handelse", "haendelse", "tapahtuma"),
    ),
    "moment": folded_names(
        *("timestamp", "time", "date", "datetime", "date time", "when", "at", "event time"),
        *("event date", "event at", "occurred at", "occurred on", "logged at", "happened at"),
        *("changed at", "changed on", "status date", "status changed", "status changed at"),
        *("action date", "action time", "activity date", "activity time", "zeit", "zeitpunkt"),
        *(
            "datum",
            "zeitstempel",
            "wann",
            "datum uhrzeit",
            "date heure",
            "horodatage",
            "horodateur",
        ),
        *("quand", "fecha", "fecha y hora", "fecha hora", "hora", "data", "data e ora", "data ora"),
        *("quando", "tijdstip", "tijd", "wanneer", "tijdstempel", "czas", "kiedy", "cas", "kdy"),
        *("dyddiad", "amser", "pryd", "tidpunkt", "tidspunkt"),
    ),
    # End of a membership or consent: once it is over, nobody is confirmed.
    "expires": folded_names(
        *("valid until", "valid to", "valid through", "expires", "expires at", "expires on"),
        *("expiry", "expiry date", "expiration", "expiration date", "expire date", "expired at"),
        *(
            "expired on",
            "expire at",
            "subscription end",
            "subscription ends",
            "subscription expires",
        ),
        *("subscription end date", "subscription expiry", "subscription expiry date"),
        *("membership end", "membership ends", "membership end date", "membership expires"),
        *("membership expiry", "membership expiry date", "membership valid until", "member until"),
        *("paid until", "paid to", "paid through", "consent expires", "consent expires on"),
        *(
            "consent expiry",
            "consent expiry date",
            "consent valid until",
            "gultig bis",
            "ablaufdatum",
        ),
        *("lauft ab am", "lauft ab", "mitglied bis", "bezahlt bis", "einwilligung bis"),
        *(
            "valable jusqu au",
            "valable jusqu a",
            "date d expiration",
            "expire le",
            "fin d adhesion",
        ),
        *("date de fin d adhesion", "valido hasta", "fecha de vencimiento", "fecha de caducidad"),
        *("vencimiento", "caduca", "valido ate", "data de validade", "validade", "valido fino al"),
        *("scadenza", "data scadenza", "data di scadenza", "geldig tot", "vervaldatum", "lid tot"),
        *("wazne do", "wazny do", "data waznosci", "platnost do", "plati do", "yn ddilys tan"),
        *("dyddiad dod i ben", "gyldig til", "giltig till", "voimassa", "ervenyes"),
    ),
    # Confirmation, as a time or a yes; empty or a no is a status.
    "confirmed": folded_names(
        *("confirmed", "confirmed at", "confirm time", "confirmation time", "confirmed on"),
        *("confirmation date", "date confirmed", "confirmed date", "is confirmed", "verified"),
        *("verified at", "email verified", "is verified", "email verified at", "activated at"),
        *("email confirmed", "email confirmed at", "double opt in", "double optin", "doi"),
        *(
            "consent given on",
            "consent given at",
            "consent date",
            "date of consent",
            "consented on",
        ),
        *("consented at", "consent timestamp", "agreed on", "agreed at", "einwilligung am"),
        *("einwilligung vom", "einwilligungsdatum", "datum der einwilligung", "zustimmung am"),
        *("date de consentement", "date du consentement", "fecha de consentimiento"),
        *(
            "data consenso",
            "data del consenso",
            "datum toestemming",
            "toestemming op",
            "data zgody",
        ),
        *("verified date", "verified on", "date verified", "doi confirmed", "doi bestatigt"),
        *("double opt in bestatigt", "email bestatigt", "email confirme", "optin bestatigt"),
        *("double opt in date", "doi date", "double opt in at", "doi timestamp", "bestatigt"),
        *("bestatigt am", "bestatigungsdatum", "double opt in datum", "confirme", "confirme le"),
        *("date de confirmation", "confirmado", "fecha de confirmacion", "confirmado em"),
        *("confermato", "confermato il", "data conferma", "data di conferma", "bevestigd"),
        *("bevestigd op", "potwierdzony", "potwierdzono", "data potwierdzenia", "cadarnhawyd"),
        *("dyddiad cadarnhau", "potvrzeno"),
        # Without it somebody is known, but not subscribed.
        *("subscribed at", "subscribed on", "subscribed date", "date subscribed", "subscribe date"),
    ),
    # Status, as a word or a yes; "subscribed to emails" is Ghost's.
    "status": folded_names(
        LAST_EVENT,
        SECTION,
        *("durum", "κατασταση", "статус", "الحالة", "状态", "狀態", "状態", "상태"),
        *("etat", "etat abonnement", "etat de l abonnement", "abonelik durumu", "abo status"),
        *("status", "global status", "list status", "subscription status", "subscriber status"),
        *("subscribed to emails", "subscriber type", "email status", "member status"),
        *("contact status", "mailing status", "newsletter status", "marketing status"),
        *("email marketing status", "email permission status", "opt in status", "optin status"),
        *("email subscription status", "email opt in status", "consent status", "user status"),
        *("email marketing consent", "marketing consent", "email consent", "consent"),
        *("consent given", "gdpr consent", "gdpr", "has consented", "consented"),
        *("email state", "subscription state", "membership state", "deliverability status"),
        *("subscribed", "is subscribed", "subscribe", "subscription", "newsletter"),
        *(
            "nieuwsbrief",
            "boletin",
            "infolettre",
            "nyhedsbrev",
            "nyhetsbrev",
            "hirlevel",
            "uutiskirje",
        ),
        *("opt in", "opted in", "optin", "is opted in", "opt in email", "email opt in"),
        *("email optin", "newsletter opt in", "newsletter optin", "newsletter subscription"),
        *("newsletter subscriber", "marketing opt in", "marketing permission", "email permission"),
        *("active", "is active", "enabled", "is enabled", "accepts marketing", "mailable"),
        *("accepts email marketing", "accepts email", "accepts newsletter", "receive newsletter"),
        *("receives newsletter", "receive emails", "receives email", "wants newsletter"),
        *("wants email", "wants emails", "email allowed", "allow email", "allow emails"),
        *("can email", "email ok", "ok to email", "send email", "permission to email"),
        *("newsletter erwunscht", "newsletter gewunscht", "newsletter abonniert", "abonniert"),
        *("abonnent", "angemeldet", "aktiv", "ist aktiv", "einwilligung", "zustimmung"),
        *("einwilligung erteilt", "dsgvo", "dsgvo einwilligung", "abonne", "est abonne", "inscrit"),
        *("actif", "statut", "statut abonnement", "consentement", "accepte newsletter"),
        *("accord newsletter", "estado", "estado de suscripcion", "suscrito", "activo"),
        *("consentimiento", "acepta publicidad", "acepta boletin", "inscrito", "ativo"),
        *("consentimento", "stato", "stato iscrizione", "iscritto", "attivo", "consenso"),
        *("consenso newsletter", "accetta newsletter", "ingeschreven", "aangemeld", "actief"),
        *("toestemming", "abonnee", "zapisany", "aktywny", "zgoda", "zgoda marketingowa", "stan"),
        *("zgoda na newsletter", "stav", "souhlas", "odebira", "aktivni", "statws", "tanysgrifio"),
        *("wedi tanysgrifio", "caniatad", "cydsyniad", "gweithredol", "samtycke", "samtykke"),
        *("suostumus", "hozzajarulas", "consimtamant", "onay", "συγκαταθεση", "согласие", "הסכמה"),
    ),
    # Unsubscription or bounce, if neither empty nor a no.
    "left": folded_names(
        *("unsubscribed", "unsubscribed at", "unsubscribed on", "unsubscribed date", "unsub time"),
        *("unsubscribe date", "unsubscribe time", "unsubscribe", "unsubscribes", "is unsubscribed"),
        *("date unsubscribed", "unsubscription date", "unsubscribed time", "unsub", "unsub date"),
        *("unsubscribe timestamp", "unsubscribed timestamp", "unsubscribe reason", "unsub reason"),
        *("unsubscribed reason", "unsubscription reason", "unsubscribed from emails"),
        *("unsub campaign title", "unsub campaign id", "unsub reason other", "clean time"),
        *("clean campaign title", "clean campaign id", "cleaned", "cleaned at", "opt out"),
        *("opted out", "optout", "opted out at", "opt out date", "optout date", "opt out time"),
        *("optout time", "opt out at", "email opt out", "email optout", "is opted out"),
        *("has opted out", "has opted out of email", "opt out of email", "opted out of email"),
        *("email opted out", "emailoptout", "optedout", "marketing opt out", "opt out reason"),
        *("do not email", "do not mail", "do not contact", "do not send", "donotemail"),
        *("donotbulkemail", "donotcontact", "no email", "no emails", "no mail", "nomail"),
        *("no bulk email", "is opt out", "do not allow emails", "do not allow bulk emails"),
        *("bounced", "bounced at", "bounce date", "bounced on", "hard bounced", "hard bounce"),
        *("is bounced", "hard bounced at", "hardbounced", "hard bounce date", "bounce reason"),
        *("email bounced", "email bounced date", "email bounced reason", "undeliverable"),
        *("undeliverability date", "undeliverable at", "invalid email", "invalid", "is invalid"),
        *("complained", "complained at", "complaint", "complaint date", "spam complaint"),
        *(
            "marked as spam",
            "spam",
            "reported spam",
            "abuse",
            "deleted at",
            "deleted",
            "deleted on",
        ),
        *("is deleted", "date deleted", "removed", "removed at", "removed on", "left", "left at"),
        *("left on", "leave date", "left date", "date left", "ended", "ended at"),
        *("blacklisted", "is blacklisted", "email blacklisted", "blacklist", "blocklisted"),
        *("blocklist", "is blocked", "blocked", "blocked at", "blacklisted at", "suppressed"),
        *("is suppressed", "suppressed at", "suppression reason", "suppression", "email disabled"),
        *("disabled", "is disabled", "disabled at", "deactivated", "deactivated at", "banned"),
        *("deceased", "is deceased", "deceased date", "archived", "archived at", "cancelled"),
        *("cancelled at", "cancelled on", "canceled at", "canceled", "cancellation date"),
        *("consent withdrawn on", "consent withdrawn at", "removal reason", "plainte", "plaintes"),
        *("spam complaining", "is spam complaining", "is excluded from campaigns"),
        *("excluded from campaigns", "requests no email", "email invalid", "black listed"),
        *("marketing suspended", "email suspended", "wants no email", "unsubscribe method"),
        *("withdrawn", "consent withdrawn", "withdrawn at", "revoked at", "consent revoked"),
        *("resigned", "resigned at", "resignation date", "objected", "forgotten", "gone", "quit"),
        *("abgemeldet", "abgemeldet am", "abmeldedatum", "abmeldung", "abgemeldet seit"),
        *("ausgetragen", "ausgetragen am", "gesperrt", "keine werbung", "kein newsletter"),
        *("keine mails", "keine e mails", "werbesperre", "mailsperre", "geloscht", "geloscht am"),
        *("kundigung", "kundigung zum", "kundigungsdatum", "gekundigt zum", "gestoppt"),
        *("austritt", "austrittsdatum", "ausgetreten am", "ausgetreten", "verstorben", "widerruf"),
        *("widerrufen am", "widerspruch", "unzustellbar", "abmeldegrund", "gekundigt am"),
        *("deaktiviert", "deaktiviert am", "desabonne", "desabonne le", "date de desabonnement"),
        *("date desabonnement", "date desinscription", "date de desinscription", "desinscrit"),
        *("desinscrit le", "desinscription", "desabonnement", "ne pas contacter", "blackliste"),
        *("liste noire", "opposition", "supprime le", "npai", "decede", "resilie le", "bloque"),
        *("baja", "fecha de baja", "dado de baja", "desuscrito", "fecha baja", "no contactar"),
        *("no enviar", "lista negra", "cancelado", "rebotado", "eliminado", "fallecido"),
        *("descadastrado", "data de cancelamento", "nao contatar", "removido em", "disiscritto"),
        *("disiscritto il", "data disiscrizione", "data cancellazione", "cancellato"),
        *("cancellato il", "disiscrizione", "non contattare", "annullato il", "deceduto"),
        *("uitgeschreven", "uitgeschreven op", "uitschrijfdatum", "afgemeld", "afgemeld op"),
        *("afmelddatum", "niet mailen", "geen mail", "geen nieuwsbrief", "geblokkeerd"),
        *("opgezegd", "opgezegd op", "overleden", "wypisany", "wypisano", "data wypisu"),
        *("avregistrerad", "avregistrerad den", "avmeldt", "leiratkozott", "leiratkozas"),
        *("διαγραμμενος", "απεγγραφη", "отписан", "отписался", "הוסר", "配信停止", "退会", "退订"),
        *("descadastrado em", "baixa", "data de baixa", "verstorben am", "overleden op"),
        *("data rezygnacji", "data wypisania", "wypisana", "rezygnacja", "nie wysylac"),
        *("zrezygnowal", "zablokowany", "usuniety", "odhlasen", "datum odhlaseni", "odhlaseno"),
        *("dad danysgrifio", "wedi dad danysgrifio", "dad danysgrifiwyd", "dyddiad gadael"),
        *("dyddiad dad danysgrifio", "peidio e bostio", "peidiwch ag e bostio", "afmeldt"),
    ),
    # Free text about leaving: any text means left.
    "reason": (),
    # Free words about people: who is said to have left there has left, nobody else.
    # "Card note" is a vCard's NOTE (RFC 6350, 6.7.2).
    "notes": folded_names("card note"),
    # Words that may speak of leaving, or of something else, a plain no as well: not confirmed.
    "doubtful": folded_names(MARKS, BESIDE),
    # A moment, count or yes that may; here a no is none.
    "warning": (),
    # What somebody is sent: where it is empty for some, these have turned it off.
    "received": (),
    "ignored": (),
}
# Of these every column counts, of the others the first that is known.
ALL_COUNT = frozenset(
    {
        *("status", "left", "reason", "notes", "doubtful", "warning", "received", "confirmed"),
        *("joined", "agreed", "expires", "tags", "ignored"),
    }
)
OF_STATE = (
    *("status", "left", "reason", "notes", "doubtful", "warning", "received", "expires"),
    "confirmed",
)
OF_LOGS = ("event", "moment")

HIDDEN = "•••"
"""Shown instead of a value of such a column."""

# A leaving column with one of these words holds free text, not a yes or a time.
REASON_WORDS = frozenset(
    (
        *("reason", "reasons", "grund", "abmeldegrund", "motif", "motivo", "reden", "powod"),
        *("campaign", "comment", "title", "id", "other", "error", "message", "details", "note"),
    )
)
