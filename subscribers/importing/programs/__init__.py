"""List programs, each with its headings and vocabulary in a module of its own."""
