"""Web pages: the article among what stands around it, and its metadata."""
