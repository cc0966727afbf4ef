"""From an edition to its mails: content, variants, and the check before sending."""
