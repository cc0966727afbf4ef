"""How fast: quotas, throttle, domain back-off, warm-up, transport health."""
