"""The console: where the office writes, looks, approves and sends."""
