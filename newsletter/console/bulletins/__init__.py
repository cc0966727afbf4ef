"""Bulletins: the list of those being written, and the editor."""
