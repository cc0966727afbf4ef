"""Rendering of editions as MIME messages: once for each variant, spliced for each subscriber."""
