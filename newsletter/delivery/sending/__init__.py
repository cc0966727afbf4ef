"""From a queued edition to settled deliveries: fan-out, workers, journal, recovery."""
