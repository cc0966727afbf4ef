"""Mail by signed HTTP calls to a service of your own."""
