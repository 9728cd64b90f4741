"""The Celery application: `celery --app=src.app worker --task-events --concurrency=1 -Q openrelik-worker-catalog9`."""

import os

from celery import Celery

REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379/0")

celery = Celery(broker=REDIS_URL, backend=REDIS_URL, include=["src.tasks"])

# A worker that dies gives its task back, and holds no others.
celery.conf.task_acks_late = True
celery.conf.task_reject_on_worker_lost = True
celery.conf.worker_prefetch_multiplier = 1
# Longer than the longest task, or a task that still runs is given out twice: twice TIME_LIMIT of src.run and more.
celery.conf.broker_transport_options = {"visibility_timeout": int(os.environ.get("VISIBILITY_TIMEOUT", "3600"))}
