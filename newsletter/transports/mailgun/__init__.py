"""Mail by Mailgun's API."""
