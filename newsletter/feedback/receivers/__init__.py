"""Ways by which mail comes back: mailboxes that are polled, and a port that listens."""
