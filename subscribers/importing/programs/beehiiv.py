"""beehiiv: subscriptions with their status and tier."""

from subscribers.importing.program import Program
from subscribers.importing.values.states import ListState

PROGRAM = Program(
    name="beehiiv",
    marks=(
        ("email", "status", "subscription_tier"),
        ("email", "status", "tier", "utm_source"),
        ("email", "status", "tier", "stripe_customer_id"),
    ),
    source=(
        "beehiiv's API reference (the states of a subscription), and the files that programs which "
        "move members away from it read in their tests."
    ),
    columns={
        "joined": ("created_at", "created", "Subscription Date (Substack)"),
    },
    harmless=(
        "id",
        "subscription_id",
        "subscription_tier",
        "tier",
        "referral_code",
        "referring_site",
        "utm_source",
        "utm_medium",
        "utm_channel",
        "utm_campaign",
        "subscription_premium_tier_names",
        "stripe_customer_id",
        "referrals",
        "open_rate",
        "click_rate",
    ),
    prefixes=("utm_",),
    # A column for each tier of the publication, with a yes or a no.
    suffixes=(" Tier",),
    words={
        ListState.SUBSCRIBED: ("active",),
        ListState.PENDING: ("pending", "validating", "needs_attention", "paused"),
        ListState.LEFT: ("inactive", "unsubscribed"),
        ListState.BOUNCED: ("invalid",),
    },
)
