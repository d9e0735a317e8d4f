"""Targets: other people's machines that take alerts as signed webhooks."""
