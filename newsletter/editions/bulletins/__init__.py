"""Bulletins that are being written."""
