"""Commands about digests, bulletins and editions."""
