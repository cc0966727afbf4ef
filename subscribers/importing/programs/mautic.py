"""Mautic: contacts; a report tells who must not be contacted."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="Mautic",
    marks=(
        ("Email", "Points", "Attribution", "Attribution Date"),
        ("email", "points", "attribution", "attribution_date"),
        ("Email", "DNC preferences"),
        ("Email", "DNC List"),
        ("Email", "DNC Reason"),
    ),
    source=(
        "The core fields of contacts in Mautic's source (LeadBundle, ExportHelper), its report of "
        "those who must not be contacted (ReportDNCSubscriber), and the tests of its reports for "
        "the words of DNC preferences (DncReportService)."
    ),
    columns={
        "left": ("Do Not Contact", "doNotContact", "dnc"),
        "reason": ("DNC preferences", "DNC List", "DNC Reason", "DNC Date"),
        "joined": ("Date Added", "date_added"),
        "language": ("Preferred Locale", "preferred_locale"),
        "tags": ("Tags", "tags"),
    },
    harmless=(
        "ID",
        "Points",
        "Attribution",
        "Attribution Date",
        "Stage",
        "Last Active",
        "Date Identified",
        "Date Modified",
        "Owner",
        "IP Address",
        "Preferred Profile Image",
        "Facebook",
        "Foursquare",
        "Instagram",
        "LinkedIn",
        "Skype",
        "Twitter",
        "Company",
        "Position",
        "Title",
    ),
    words={
        ListState.SUBSCRIBED: (
            "DNC Unsubscribed: Text Message",
            "DNC Bounced: Text Message",
            "DNC Manually Unsubscribed: Text Message",
        ),
        ListState.BOUNCED: ("DNC Bounced: Email", "DNC Bounced"),
    },
    leaving_columns=(
        *("Do Not Contact", "doNotContact", "dnc"),
        *("DNC preferences", "DNC List", "DNC Reason"),
    ),
    advice=(
        "An export of Mautic's contacts does not tell who must not be contacted. Under Reports "
        "make one with the data source “Do Not Contact” and the column Email, and import its "
        "people first with --state left; then these with --state subscribed."
    ),
)
