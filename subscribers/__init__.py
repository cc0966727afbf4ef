"""Subscribers: their addresses, preferences and consent. Never sends mail."""
