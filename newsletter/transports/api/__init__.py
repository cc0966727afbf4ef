"""The base of transports by a provider's HTTP API; no kind of its own."""
