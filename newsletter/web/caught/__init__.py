"""Pages of the mails that a Maildir transport caught."""
