"""HTML of an article: its addresses, attachments and pictures, cleaned and sanitised."""
