"""Digests: their schedule, what they tell, and several as one mail."""
