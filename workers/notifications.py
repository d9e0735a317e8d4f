"""Delivery as a task."""

from celery import Celery

from service.delivery import deliver


def register(celery: Celery) -> None:
    """Add this file's tasks."""
    celery.task(name="notifications.deliver", ignore_result=True)(deliver)
