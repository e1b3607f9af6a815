"""The worker's application: tasks are found in each app's tasks.py, and each worker reaps and watches."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_ready, worker_shutdown

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
app = Celery("touchstone")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def start_threads(**_: Any) -> None:
    from sandbox import reaper, rechecking, watching  # the apps are loaded by now, and only by now

    reaper.start()
    watching.start()
    rechecking.start()


@worker_shutdown.connect
def close_connections(**_: Any) -> None:
    from sandbox import loop

    loop.close()
