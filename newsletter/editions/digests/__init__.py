"""Digests: schedule, choice of articles, and several combined in one mail."""
