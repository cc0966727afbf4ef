"""Editions for display: coming, proofs, being sent, and what became of their mails."""
