"""Readers of foreign formats, each turning a source into records of one shape."""
