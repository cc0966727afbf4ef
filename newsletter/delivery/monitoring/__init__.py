"""What has stalled, and a report of where everything stands."""
