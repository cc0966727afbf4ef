"""The encoded message: headers, MIME, slots, DKIM."""
