"""Parsers of foreign formats; each turns a source into `Record` values."""
