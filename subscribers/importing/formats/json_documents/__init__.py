"""Lists of people in JSON."""
