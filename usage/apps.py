from django.apps import AppConfig


class UsageConfig(AppConfig):
    """What accounts used: reports ordered from Vonage, and sums of what they say."""

    name = "usage"
