"""Pictures of articles: decoding and encoding, storage, references to them."""
