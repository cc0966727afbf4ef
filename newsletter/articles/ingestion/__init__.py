"""From records to stored articles: matched, owned, written, reported; polled feeds."""
