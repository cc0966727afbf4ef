"""The ledger: deliveries, their states, and every query on them."""
