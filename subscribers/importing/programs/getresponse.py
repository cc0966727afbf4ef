"""GetResponse: the contacts who are mailed, and how they opted in."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="GetResponse",
    marks=(("email", "optin_type", "created_on"), ("email", "optin_type", "optin_ip")),
    source=("GetResponse help (exported contacts); of the file only the shape is known."),
    columns={"joined": ("created_on",)},
    harmless=("optin_type", "optin_ip", "origin", "engagement_score", "ip_address"),
)
