"""Doors for the worker."""

from celery import shared_task

from audit import checkpoints, mailing


@shared_task
def export_checkpoints() -> None:
    """Note outside the database where the chains stand."""
    checkpoints.export()


@shared_task
def mail_checkpoints() -> None:
    """Send the day's mail that says where the chains stand, unless it was sent."""
    mailing.mail_checkpoints()
