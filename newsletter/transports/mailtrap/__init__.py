"""Mail by Mailtrap's API."""
