"""Segments: a small language that says which people are meant, and its way into SQL."""
