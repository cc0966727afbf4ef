"""The programs that lists come from, each with its headings and words in a file of its own."""
