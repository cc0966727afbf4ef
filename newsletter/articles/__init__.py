"""The store of articles: tables, queries, sanitising, publishing and importers."""
