"""Actors, permissions and the audit log."""
