"""Presentation of pages: lists, forms, navigation, words, templates."""
