"""Doors for the worker."""

from celery import shared_task

from audit import checkpoints


@shared_task
def export_checkpoints() -> None:
    """Note outside the database where the chains stand."""
    checkpoints.export()
