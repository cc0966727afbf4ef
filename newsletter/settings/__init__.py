"""Options kept in the database: over the built-in defaults, below the file and the environment."""
