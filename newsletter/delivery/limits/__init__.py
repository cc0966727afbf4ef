"""Limits of the sending rate: quotas, throttle, domain back-off, warm-up, transport health."""
