"""Editions: digests, bulletins, schedules, and the life of an edition."""
