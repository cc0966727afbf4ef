"""Monitoring: stalled work, and a status report."""
