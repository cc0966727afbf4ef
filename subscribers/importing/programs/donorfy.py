"""Donorfy: constituents with a block for each channel and a permission for each purpose."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="Donorfy",
    marks=(("Block_Email", "Block_Mail"), ("Block_Email", "Block_Phone")),
    source=(
        "Donorfy's help, “Importing Constituents”: channel permissions Block_Email and others, of "
        "which yes blocks; purpose permissions AllowPurpose_NAME; of a file with both only the "
        "shape is known."
    ),
    columns={
        "left": ("Block_Email",),
        "status": ("AllowPurpose_Newsletter", "AllowPurpose_News", "AllowPurpose_Newsletters"),
        "joined": ("Date Created", "Date Added"),
        "tags": ("Tags",),
    },
    # Purposes have names of the charity's own.
    starts={"received": ("AllowPurpose_",)},
    harmless=(
        *("Constituent Number", "Constituent Type", "Gift Aid Status", "RefusedGiftAid"),
        *("Block_Mail", "Block_Phone", "Block_SMS", "Campaign", "Salutation", "Label Name"),
        "AllowDetailsSharing",
    ),
    advice=(
        "Whoever does not allow one of the purposes is pending. Pass over purposes that are not "
        'the newsletter, such as --column ignored="AllowPurpose_Fundraising".'
    ),
)
