"""What is sent, to whom and when: digests, bulletins and the life of an edition."""
