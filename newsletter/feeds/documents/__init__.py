"""Feed documents: what stands in them, and their formats."""
