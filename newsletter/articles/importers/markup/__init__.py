"""Notations that are not HTML: front matter, ids of headings, template tags, WordPress's blocks."""
