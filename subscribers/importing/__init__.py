"""Import of subscriber lists: read, checked, planned, stored."""
