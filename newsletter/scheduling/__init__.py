"""The clock as a caller: scheduled jobs of `newsletter serve` and of cluster workers."""
