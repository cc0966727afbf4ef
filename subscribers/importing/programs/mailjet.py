"""Mailjet: flags of leaving, by list and for all lists."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="Mailjet",
    marks=(
        ("IsUnsubscribed", "UnsubscribedAt"),
        ("isunsubscribed", "unsubscribedat"),
        ("IsExcludedFromCampaigns", "IsSpamComplaining"),
        ("isexcludedfromcampaigns", "isspamcomplaining"),
    ),
    source=(
        "Mailjet's API reference (contact, listrecipient); of the file, whose headings are written "
        "with capitals or without, only the shape is known."
    ),
    columns={
        "left": (
            *("IsUnsubscribed", "UnsubscribedAt", "UnsubscribedBy", "IsExcludedFromCampaigns"),
            *("IsSpamComplaining", "isunsubscribed", "unsubscribedat", "unsubscribedby"),
            *("isexcludedfromcampaigns", "isspamcomplaining"),
        ),
        # "Opt-in pending": asked, and not confirmed yet.
        "doubtful": ("IsOptInPending", "isoptinpending"),
        "joined": ("CreatedAt", "SubscribedAt", "createdat", "subscribedat"),
    },
    harmless=(
        *("ID", "ContactID", "ListID", "DeliveredCount", "LastActivityAt", "LastUpdateAt"),
        *("contactid", "listid", "deliveredcount", "lastactivityat", "lastupdateat"),
        *("ExclusionFromCampaignsUpdatedAt", "exclusionfromcampaignsupdatedat", "ListName"),
    ),
)
