"""The first page, and stopping what is being sent."""
