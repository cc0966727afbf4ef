"""Independent judges of our mails; `python -m judges`, with `scripts` on the path, runs them."""
