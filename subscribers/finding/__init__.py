"""Finding and counting people among very many: an index that follows the list by itself."""
