"""The outbox: claiming deliveries, handing them over, settling what happened."""
