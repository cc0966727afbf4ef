"""Set-up, settings and the look."""
