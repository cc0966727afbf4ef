"""Composition of an edition's mails: content, variants, preflight."""
