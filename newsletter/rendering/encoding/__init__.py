"""Message encoding: headers, MIME, slots, DKIM."""
