"""Mail by Scaleway's API."""
