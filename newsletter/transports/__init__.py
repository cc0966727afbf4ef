"""Transports: SMTP, provider APIs, Maildir, console."""
