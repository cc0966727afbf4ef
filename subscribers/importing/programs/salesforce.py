"""Salesforce: contacts and leads with their opting out."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="Salesforce",
    marks=(
        ("HasOptedOutOfEmail",),
        ("Email Opt Out", "Mailing Street"),
        ("Email Opt Out", "Lead Source"),
        ("Email Opt Out", "Account Name"),
    ),
    source="Salesforce's object reference (Contact, Lead) and the labels of the same fields.",
    columns={
        "left": (
            "HasOptedOutOfEmail",
            "Email Opt Out",
            "IsEmailBounced",
            "EmailBouncedDate",
            "EmailBouncedReason",
            "Email Bounced Date",
            "Email Bounced Reason",
            "IsDeleted",
        ),
        "joined": ("CreatedDate", "Created Date"),
    },
    harmless=(
        "Id",
        "AccountId",
        "Account Name",
        "OwnerId",
        "Contact Owner",
        "DoNotCall",
        "Do Not Call",
        "HasOptedOutOfFax",
        "Fax Opt Out",
        "LeadSource",
        "Lead Source",
        "LastModifiedDate",
        "SystemModstamp",
        "IsConverted",
        "MasterRecordId",
        "Department",
        "Title",
        "Salutation",
        "Rating",
        "Industry",
    ),
    prefixes=("Mailing", "Other", "Last "),
)
