"""Options stored in the database, which override defaults and yield to file and environment."""
