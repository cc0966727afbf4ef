"""Mail by Brevo's API."""
