"""The composition root: names every app, and loads the queue's application with Django."""

from marketplace.celery import app as celery_app

__all__ = ["celery_app"]
