"""Pictures: the library, and uploads."""
