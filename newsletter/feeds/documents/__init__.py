"""Feed documents: contents and formats."""
