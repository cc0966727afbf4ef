"""Sending of queued editions: fan-out, workers, journal, recovery."""
