"""People: who they are, what they chose, and that they agreed. Never sends mail."""
