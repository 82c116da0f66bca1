from django.apps import AppConfig


class RemoteEventsConfig(AppConfig):
    """What Vonage's own audit says, and what changed at Vonage without us."""

    name = "remote_events"
