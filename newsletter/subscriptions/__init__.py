"""Dealings with one subscriber: sign-up, choices, address, leaving, privacy, notices."""
