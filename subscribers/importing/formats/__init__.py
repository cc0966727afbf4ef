"""File formats of lists, each read as a table of rows."""
