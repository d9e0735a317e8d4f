"""The outbox: notifications, deliveries and channels; knows people as numbers."""
