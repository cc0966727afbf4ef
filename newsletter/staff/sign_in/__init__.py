"""Authentication of staff members, and the end of their sessions."""
