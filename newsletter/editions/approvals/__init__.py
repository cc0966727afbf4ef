"""Approval of editions: by whom, of what, and what has changed since somebody looked."""
