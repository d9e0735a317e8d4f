"""Celery made from the application: tasks run in its context, messages are only hints."""

from typing import Any

from celery import Celery, Task
from flask import Flask

from service.comments.actions import SCREEN_TASK
from service.config import Settings
from service.core.dispatch import Dispatcher

SCAN_S = 2
# With the waits for a database that is busy (BUSY_TIMEOUT_MS), and less than the lease of a screening.
SCREEN_SOFT_S, SCREEN_HARD_S = 7, 8
SLICE_S = 1  # a task that screens many begins none of them later
SOFT_S, HARD_S = 20, 30
START_S = 60
SCREENING_QUEUE, MAIL_QUEUE = "screening", "mail"


def make_celery(app: Flask, settings: Settings) -> Celery:
    """Return Celery for this application; workers/main.py adds the tasks."""

    class ContextTask(Task):  # type: ignore[misc]
        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            with app.app_context():
                return self.run(*args, **kwargs)

    celery = Celery("attune", task_cls=ContextTask, set_as_current=False)
    celery.conf.update(
        broker_url=settings.broker,
        broker_transport_options=_transport_options(settings.broker),
        broker_connection_timeout=1,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        task_queues={SCREENING_QUEUE: {}, MAIL_QUEUE: {}},
        task_default_queue=SCREENING_QUEUE,
        # What can wait stands behind all that is to be screened.
        task_routes={name: {"queue": MAIL_QUEUE} for name in ("notifications.deliver", "moderation.carry_on")},
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_soft_time_limit=SOFT_S,
        task_time_limit=HARD_S,
        task_publish_retry=False,
        worker_prefetch_multiplier=1,
        worker_proc_alive_timeout=START_S,
        worker_send_task_events=False,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_enable_remote_control=False,
        enable_utc=True,
    )
    celery.set_default()
    app.extensions["celery"] = celery
    return celery


def make_dispatcher(celery: Celery) -> Dispatcher:
    """Return the dispatcher that sends through this Celery."""

    def send(name: str, arguments: tuple[int | str, ...]) -> None:
        celery.send_task(name, args=arguments, retry=False, ignore_result=True)

    return Dispatcher(send, take_many={SCREEN_TASK})


def _transport_options(url: str) -> dict[str, Any]:
    """Settings measured to lose nothing and to hang on nothing: short time-outs, quick return of lost messages."""
    if url.startswith("amqp"):
        return {"connect_timeout": 1, "read_timeout": 10, "write_timeout": 1}
    return {
        "queue_order_strategy": "priority",  # screening first: an alert in the bell must not wait behind mail
        "visibility_timeout": 60,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 1,
        "socket_timeout": 5,
        "socket_keepalive": True,
        "health_check_interval": 10,
    }
