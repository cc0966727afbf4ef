"""Marks beside the values of a sheet: people cross out or colour who has left, or comment on them.

The library that reads the cells does not tell.
"""
