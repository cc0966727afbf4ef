"""The subscriber's own pages: sign-up, preferences, unsubscribe, privacy."""
