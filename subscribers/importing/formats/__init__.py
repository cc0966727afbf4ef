"""The forms that lists come in: each is read as a table, row by row."""
