"""Commands of the operator: install, check, serve."""
