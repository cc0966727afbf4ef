"""Screens of staff members and the audit log."""
