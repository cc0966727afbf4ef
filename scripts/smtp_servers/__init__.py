"""Real mail servers, each in a room of its own, that judge how the SMTP transport sends."""
