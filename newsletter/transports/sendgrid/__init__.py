"""Mail by SendGrid's API."""
