"""What transports by a provider's HTTP API share; no kind of its own."""
