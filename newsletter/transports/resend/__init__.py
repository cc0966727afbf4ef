"""Mail by Resend's API."""
