"""Articles in; feeds, digests and bulletins out; a ledger that remembers every mail."""
