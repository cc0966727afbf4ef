"""How mail leaves: SMTP, provider APIs, Maildir, console."""
