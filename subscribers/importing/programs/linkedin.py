"""LinkedIn: connections, below a few lines of notes; most hide their address."""

from subscribers.importing.program import Program

PROGRAM = Program(
    name="LinkedIn",
    marks=(("First Name", "Last Name", "Email Address", "Connected On"),),
    source="LinkedIn's help on exporting connections.",
    harmless=("URL", "Company", "Position", "Connected On"),
    advice="Connections at LinkedIn have not agreed to be mailed.",
)
