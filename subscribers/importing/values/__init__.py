"""Headings, words and single values of lists, in the languages that lists are written in."""
