"""Editions: what is sent and was sent, live, and what was answered."""
