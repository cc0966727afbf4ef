"""hitobito: people of an association, in its languages."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="hitobito",
    marks=(
        ("Haupt-E-Mail", "Vorname"),
        ("Haupt-E-Mail", "Nachname"),
        ("E-mail principal", "Prénom", "Nom"),
    ),
    source="The tests of the people export in hitobito's source (export/tabular/people).",
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
    advice=(
        "An export of hitobito does not tell who has left a subscription (Abo): export the "
        "people of the Abo itself, and import those who are excluded from it with --state "
        "left."
    ),
)
