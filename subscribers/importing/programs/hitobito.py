"""hitobito: people of an association, in its languages."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="hitobito",
    marks=(
        ("Haupt-E-Mail", "Vorname"),
        ("Haupt-E-Mail", "Nachname"),
        ("E-mail principal", "Prénom", "Nom"),
    ),
    source=(
        "The people export in hitobito's source (export/tabular/people); that of a subscription "
        "(SubscriptionsJob) has the same columns, without those who left it."
    ),
    columns={
        "address": ("Haupt-E-Mail", "E-mail principal"),
        "tags": ("Tags",),
        "language": ("Sprache", "Korrespondenzsprache"),
    },
    harmless=(
        "Übername",
        "Surnom",
        "NPA",
        "Lieu",
        "Rôles",
        "Firmenname",
        "Firma",
        "Adresse",
        "PLZ",
        "Ort",
        "Land",
        "Geschlecht",
        "Geburtstag",
        "Rollen",
        "Hauptebene",
        "Anrede",
        "Titel",
        "Zusätzliche Angaben",
        "Ebene",
        "Gruppe",
        "Layer",
        "Adresszusatz",
        "Hausnummer",
        "Strasse",
        "Postfach",
        "Id",
    ),
    prefixes=("Telefon", "Weitere", "Zusätzlich", "Rolle"),
    tells_leaving=False,
    advice=(
        "An export of hitobito does not tell who has left a subscription (Abo): that of a group "
        "has them too, that of the Abo itself leaves them out. Export the people of the Abo, and "
        "import these with --state subscribed."
    ),
)
