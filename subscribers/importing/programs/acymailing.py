"""AcyMailing: subscribers of a Joomla or WordPress site."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="AcyMailing",
    marks=(
        ("email", "confirmed", "active", "creation_date"),
        ("subid", "enabled", "accept"),
        ("email", "confirmed", "cms_id"),
    ),
    source="The tables of users in AcyMailing's source (acym_user, acymailing_subscriber).",
    columns={
        "confirmed": ("confirmed",),
        "status": ("active", "enabled", "accept"),
        "joined": ("creation_date", "created"),
        "left": ("unsubscribe_date",),
    },
    harmless=(
        "id",
        "subid",
        "userid",
        "cms_id",
        "source",
        "key",
        "automation",
        "tracking",
        "confirmation_date",
        "confirmation_ip",
        "confirmed_ip",
        "confirmed_date",
        "html",
        "ip",
        "last_open_date",
        "last_click_date",
        "last_sent_date",
        "lastopen_date",
        "lastclick_date",
        "lastsent_date",
        "lastopen_ip",
        "filterflags",
    ),
)
