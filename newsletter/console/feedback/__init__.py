"""Screens of what came back."""
