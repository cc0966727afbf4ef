"""Read-only queries for faces that combine several rooms."""
