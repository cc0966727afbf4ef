"""Segments: groups of people by conditions, as rows or as text."""
