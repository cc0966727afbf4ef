"""Digests: the list with its calendar, and the coming edition."""
