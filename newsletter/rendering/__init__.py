"""From an edition to the bytes of each subscriber's mail: rendered once, spliced per subscriber."""
