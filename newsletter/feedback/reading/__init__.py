"""Reads mails that come back: reports, complaints and automatic replies."""
