"""Mail by SparkPost's API."""
