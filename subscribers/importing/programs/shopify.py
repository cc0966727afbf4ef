"""Shopify: customers; whether they accept email marketing."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="Shopify",
    marks=(
        ("Accepts Email Marketing", "Total Spent"),
        ("Accepts Email Marketing", "Tax Exempt"),
        ("Accepts Marketing", "Total Spent", "Tax Exempt"),
    ),
    source="Shopify's help, “Importing and exporting customer lists”.",
    columns={
        "status": ("Accepts Email Marketing", "Accepts Marketing", "Email Marketing Status"),
        "tags": ("Tags",),
        "notes": ("Note",),
    },
    harmless=(
        "Customer ID",
        "Accepts SMS Marketing",
        "Total Spent",
        "Total Orders",
        "Tax Exempt",
        "Company",
        "Phone",
        "Zip",
        "Province Code",
        "Country Code",
        "Default Address Phone",
    ),
    prefixes=("Default Address",),
)
