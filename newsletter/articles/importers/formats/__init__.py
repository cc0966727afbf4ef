"""The formats of articles: a module each, found by its file."""
