"""PrestaShop: customers and visitors who asked for the newsletter."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="PrestaShop",
    marks=(
        ("shop_name", "subscribed", "subscribed_on"),
        ("newsletter", "optin", "firstname", "id_customer"),
    ),
    source="The exporter in PrestaShop's source (modules ps_emailsubscription, blocknewsletter).",
    columns={
        "status": ("subscribed", "newsletter"),
        "joined": ("subscribed_on", "newsletter_date_add"),
    },
    harmless=(
        "id",
        "id_customer",
        "shop_name",
        "gender",
        "iso_lang",
        "optin",
        "id_shop",
        "id_gender",
    ),
)
