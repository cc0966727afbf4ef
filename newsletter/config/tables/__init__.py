"""The options of the configuration file, a module for each of its tables."""
