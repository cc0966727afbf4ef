"""Headings that speak neither of status nor of consent, in many languages."""

from collections.abc import Collection
from functools import partial

from subscribers.importing.values.headings import ROLES, folded_names
from subscribers.importing.values.vocabulary import WORDS, is_yes_or_no
from subscribers.importing.values.word_folding import folded

_NAME_ENDS = tuple(
    f" {name}" for name in (*ROLES["first_name"], *ROLES["last_name"]) if "name" in name.split()
)
# As many different codes a column of states may hold.
MAX_CODES = 12

# Headings that hold neither status nor consent; their values are still examined.
HARMLESS: frozenset[str] = frozenset(
    folded_names(
        *("startzeit", "heure de debut", "hora de inicio", "ora di inizio", "begintijd"),
        *("id", "uuid", "guid", "user id", "contact id", "subscriber id", "member id", "euid"),
        *(
            "leid",
            "token",
            "hash",
            "key",
            "external id",
            "customer id",
            "number",
            "no",
            "nr",
            "row",
        ),
        *(
            "address",
            "mailing address",
            "postal address",
            "ip",
            "ip address",
            "optin ip",
            "confirm ip",
            "signup ip",
            "latitude",
        ),
        *("longitude", "gmtoff", "dstoff", "timezone", "time zone", "cc", "region", "country"),
        *("country code", "state", "province", "county", "city", "town", "ward", "constituency"),
        *("suburb", "district", "post code", "postcode", "zip", "zip code", "zipcode", "street"),
        *("postal code", "street address", "address 1", "address 2", "address line 1"),
        *("address line 2", "location", "plz", "ort", "stadt", "strasse", "hausnummer", "land"),
        *("bundesland", "anschrift", "ville", "code postal", "pays", "rue", "ciudad", "provincia"),
        *("pais", "codigo postal", "calle", "cidade", "citta", "cap", "via", "paese", "indirizzo"),
        *("plaats", "woonplaats", "adres", "straat", "miasto", "kod pocztowy", "ulica", "kraj"),
        *("tref", "cod post", "gwlad", "phone", "phone number", "mobile", "mobile phone", "tel"),
        *("telephone", "cell", "fax", "work phone", "home phone", "telefon", "handy", "mobil"),
        *("telefonnummer", "portable", "telephone mobile", "telefono", "movil", "cellulare"),
        *("telefoon", "mobiel", "telefone", "ffon", "ffon symudol", "whatsapp", "sms"),
        *("company", "organisation", "organization", "company name", "firma", "unternehmen"),
        *("entreprise", "societe", "empresa", "azienda", "bedrijf", "organisatie", "organizacja"),
        *("cwmni", "job title", "title", "position", "department", "profession", "role", "beruf"),
        *("abteilung", "salutation", "prefix", "suffix", "anrede", "titel", "civilite", "tytul"),
        *("middle name", "nickname", "initials", "maiden name", "gender", "sex", "geschlecht"),
        *("genre", "sexe", "genero", "sesso", "geslacht", "plec", "rhyw", "birthday", "birthdate"),
        *("date of birth", "dob", "birth date", "geburtsdatum", "geburtstag", "date de naissance"),
        *("fecha de nacimiento", "data di nascita", "data de nascimento", "geboortedatum"),
        *(
            "data urodzenia",
            "dyddiad geni",
            "age",
            "alter",
        ),
        # Thunderbird's, in LDIF.
        *("mozillaUseHtmlMail", "mozillausehtmlmail", "xmozillausehtmlmail"),
        *("website", "web page", "url", "homepage"),
        *(
            "photo",
            "avatar",
            "facebook",
            "twitter",
            "linkedin",
            "instagram",
            "source",
            "signup source",
        ),
        *("origin", "referrer", "utm source", "utm medium", "utm campaign", "campaign", "form"),
        *("updated at", "updated", "last updated", "last changed", "last modified", "modified"),
        *("modified at", "modified on", "date modified", "last edited", "geandert am", "last seen"),
        *("last open", "last opened", "last click", "last clicked", "last activity", "opens"),
        *("last activity date", "open rate", "click rate", "opened", "clicks", "clicked", "sent"),
        *("rating", "member rating", "score", "points", "stars", "total spent", "orders"),
        *("orders count", "total orders", "last order", "last login", "username", "user name"),
        *(
            "sehir",
            "πολη",
            "город",
            "المدينة",
            "城市",
            "市",
            "都市",
            "도시",
            "localidad",
            "poblacion",
        ),
        *("user agent", "browser", "date updated", "total opens", "total clicks", "referral code"),
        *("message number", "last campaign", "order type", "ticket type", "wijzigingsdatum"),
        # Of members, voters, guests and buyers.
        *("branch", "parish", "village", "borough", "division", "neighbourhood", "household"),
        *(
            "house",
            "flat",
            "building",
            "polling district",
            "council",
            "ortsverband",
            "kreisverband",
        ),
        *(
            "ortsteil",
            "stadtteil",
            "gemeinde",
            "commune",
            "quartier",
            "comune",
            "gemeente",
            "gmina",
        ),
        *("membership number", "membership no", "membership id", "member number", "member no"),
        *("mitgliedsnummer", "mitglieds nr", "numero d adherent", "numero adherent", "lidnummer"),
        *("numero de socio", "numero socio", "numer czlonkowski", "rhif aelodaeth", "elector id"),
        *(
            "elector number",
            "electoral number",
            "roll number",
            "voter id",
            "occupation",
            "employer",
        ),
        *("school", "university", "industry", "year of birth", "birth year", "geburtsjahr"),
        *(
            "jahrgang",
            "annee de naissance",
            "rok urodzenia",
            "amount",
            "total",
            "price",
            "quantity",
        ),
        *("betrag", "montant", "importe", "importo", "bedrag", "kwota", "swm", "ticket", "seat"),
        *("order date", "order id", "order number", "event", "event date", "event name"),
        *("ticket number", "table number", "dietary requirements", "allergies", "donation"),
        *("donation amount", "donation date", "last donation", "last donation date", "last gift"),
        *("last gift date", "last gift amount", "first gift date", "lifetime value"),
        *(
            "create date",
            "created date",
            "created time",
            "created utc",
            "added time",
            "submit date",
        ),
        *("user regdate", "user registration", "registration time", "startzeit", "start time"),
        *("last seen at", "last update", "last update time", "lang id", "langcode", "lang code"),
        *("yahoo id", "van id", "vanid", "snid", "collector id", "network id", "respondent id"),
        *("lidnr", "no socio", "n socio", "nr socio", "no adherent", "n adherent", "plot"),
        *("mitgliedsnr", "mitglieds nummer", "trust level", "admin", "moderator", "ad tracking"),
        *(
            "opt in ip",
            "optin ip address",
            "signup ip address",
            "registration ip",
            "start date utc",
        ),
        *("engagement score", "engagement", "added by", "tier", "html email", "htmlemail"),
        *("login", "password", "website id", "store", "store view", "currency", "vat", "tax id"),
    )
)

# Some of these names speak of states as well.
TWO_MEANINGS = frozenset(
    folded_names("state", "role", "position", "title", "form", "key", "no", "number")
)
# What is said beside such a name: "billing city", "home phone 2".
_QUALIFIERS = frozenset(
    folded_names(
        *(
            "custom",
            "home",
            "work",
            "office",
            "business",
            "private",
            "personal",
            "billing",
            "shipping",
        ),
        *("delivery", "postal", "mailing", "main", "primary", "secondary", "other", "alternative"),
        *("first", "second", "third", "day", "daytime", "evening", "line", "name", "code", "id"),
        *("number", "no", "full", "of", "type", "electoral", "parliamentary", "local", "polling"),
        *("privat", "geschaftlich", "dienstlich", "ligne", "livraison", "facturation", "domicile"),
        *("nummer", "numero", "nr", "nome", "nom", "naam", "de", "di", "van", "linea", "regel"),
    )
)
_PLAIN = HARMLESS - TWO_MEANINGS


def is_harmless(heading: str, values: Collection[str]) -> bool:
    """Whether a folded heading speaks neither of status nor of consent.

    Args:
        values: those of the column, by which a name of two meanings is told.
    """
    if heading in TWO_MEANINGS:
        return not _may_be_codes(values)
    # "No phone" is a refusal, "phone no" a number.
    if heading.endswith(_NAME_ENDS):
        # "Donor's first name".
        return True
    return not heading.startswith("no ") and any(map(partial(_is_made_of, f" {heading} "), _PLAIN))


def _is_made_of(padded: str, name: str) -> bool:
    """Whether a heading is this name, and beside it others or what qualifies it."""
    return f" {name} " in padded and all(
        word in _PLAIN or word in _QUALIFIERS or word.isdecimal()
        for word in padded.replace(f" {name} ", " ").split()
    )


def _may_be_codes(values: Collection[str]) -> bool:
    return len(values) <= MAX_CODES and all(
        len(value) == 1 or is_yes_or_no(value) or folded(value) in WORDS for value in values
    )
