"""Independent validators of our mails; run `python -m judges` with `scripts` on the path."""
