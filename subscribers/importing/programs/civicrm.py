"""CiviCRM: contacts; “Do Not Mail” speaks of letters."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="CiviCRM",
    marks=(
        ("Contact ID", "Do Not Email"),
        ("No Bulk Emails (User Opt Out)",),
        ("is_opt_out", "do_not_email"),
        ("Contact ID", "Contact Type", "On Hold"),
    ),
    source=(
        "The fields of a contact and of an email in CiviCRM's source (schema, Contact and Email)."
    ),
    columns={
        "left": (
            "Do Not Email",
            "No Bulk Emails (User Opt Out)",
            "Is Deceased",
            "On Hold",
            "Email On Hold",
            "do_not_email",
            "is_opt_out",
            "is_deceased",
            "on_hold",
            "is_deleted",
            "Contact is in Trash",
            "Contact deleted",
        ),
        "name": ("Display Name",),
        "language": ("Preferred Language",),
        "tags": ("Group(s)", "Tag(s)", "Groups", "Tags"),
    },
    harmless=(
        "Contact ID",
        "Contact Type",
        "Contact Subtype",
        "Do Not Phone",
        "Do Not Mail",
        "Do Not SMS",
        "Do Not Trade",
        "do_not_phone",
        "do_not_mail",
        "do_not_sms",
        "do_not_trade",
        "Sort Name",
        "Nickname",
        "Legal Name",
        "Image URL",
        "Preferred Communication Method",
        "Preferred Mail Format",
        "Use for Bulk Mail",
        "Is Primary",
        "Internal Contact ID",
        "External Identifier",
        "Contact Source",
        "Individual Prefix",
        "Individual Suffix",
        "Current Employer",
        "Communication Style",
        "Email Greeting",
        "Postal Greeting",
        "Addressee",
        "Location Type",
    ),
    words={
        ListState.BOUNCED: ("on hold bounce",),
        ListState.LEFT: ("on hold opt out",),
    },
)
