"""Atom, RSS and JSON feeds of the articles."""
