"""Odoo: mailing contacts with the blacklist; technical names or labels."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="Odoo",
    marks=(
        ("email", "is_blacklisted"),
        ("Email", "Blacklist", "Mailing Lists"),
        ("Email", "Opt Out", "Mailing Lists"),
        ("email", "opt_out", "list_ids"),
    ),
    source=(
        "The models mailing.contact and mailing.subscription in Odoo's source "
        "(addons/mass_mailing)."
    ),
    columns={
        "left": (
            "is_blacklisted",
            "Blacklist",
            "opt_out",
            "Opt Out",
            "unsubscription_date",
            "Unsubscription Date",
            "opt_out_datetime",
        ),
        "joined": ("create_date", "Created on"),
        "tags": ("tag_ids", "Tags", "list_ids", "Mailing Lists", "Mailing List"),
    },
    harmless=(
        "message_bounce",
        "Bounce",
        "id",
        "External ID",
        "title_id",
        "Salutation",
        "company_name",
        "country_id",
        "Country",
        "write_date",
        "Last Updated on",
    ),
)
