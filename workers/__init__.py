"""The worker: `celery -A workers.main worker`."""
