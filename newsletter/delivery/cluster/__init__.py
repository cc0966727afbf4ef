"""Tasks for workers on other machines."""
