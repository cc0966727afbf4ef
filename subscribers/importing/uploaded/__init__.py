"""Lists uploaded to be imported: kept for a while, rehearsed, mended, entered."""
