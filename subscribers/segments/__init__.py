"""Segments: a small query language for groups of subscribers, compiled to SQL."""
