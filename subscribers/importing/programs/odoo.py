"""Odoo: mailing contacts with the blacklist; technical names or labels."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="Odoo",
    marks=(
        ("email", "subscription_ids/opt_out"),
        ("email", "subscription_list_ids/opt_out"),
        ("Email", "Subscription Information/Opt Out"),
        ("Email", "Subscription Information/Mailing List"),
        ("email", "is_blacklisted"),
        ("Email", "Blacklist", "Mailing Lists"),
        ("Email", "Opt Out", "Mailing Lists"),
        ("email", "opt_out", "list_ids"),
    ),
    source=(
        "The models mailing.contact and mailing.subscription in Odoo's source "
        "(addons/mass_mailing): opt_out of a contact is worked out for the list that is open."
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
            "subscription_ids/opt_out",
            "subscription_list_ids/opt_out",
            "Subscription Information/Opt Out",
        ),
        "joined": ("create_date", "Created on"),
        "tags": ("tag_ids", "Tags", "list_ids", "Mailing Lists", "Mailing List"),
    },
    leaving_columns=(
        "subscription_ids/opt_out",
        "subscription_list_ids/opt_out",
        "Subscription Information/Opt Out",
    ),
    # Odoo writes False for everybody unless the contacts of a single list are exported.
    used_leaving_columns=("opt_out", "Opt Out"),
    advice=(
        "This export of Odoo does not tell who has left a mailing list: “Opt Out” is False for "
        "everybody there. Export the contacts with “Subscription Information/Opt Out” instead."
    ),
    harmless=(
        "subscription_ids/list_id",
        "subscription_ids/list_id/name",
        "subscription_list_ids/list_id",
        "Subscription Information/Mailing List",
        "Subscription Information/Mailing List/Mailing List",
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
