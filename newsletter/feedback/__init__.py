"""Returned mail: bounces, complaints and automatic replies, and their consequences."""
