"""Mail by Postmark's API."""
