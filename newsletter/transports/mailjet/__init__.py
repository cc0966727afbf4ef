"""Mail by Mailjet's API."""
