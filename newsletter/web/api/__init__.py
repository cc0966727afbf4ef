"""JSON for other programs that have an API key."""
