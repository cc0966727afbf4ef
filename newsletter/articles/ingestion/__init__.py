"""Ingestion of records as stored articles: matching, ownership, writing, reports; feed polling."""
