"""Requests of ours to other servers: bounded in size and time, to public addresses."""
