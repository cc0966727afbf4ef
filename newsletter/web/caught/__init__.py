"""Mail catcher pages: mails that a Maildir transport stored."""
