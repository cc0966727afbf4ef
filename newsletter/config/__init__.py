"""The configuration file: its options, how it is read, and the example made from it."""
