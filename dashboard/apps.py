from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """The project itself: pages over everything, checks, the supervisor."""

    name = "dashboard"

    def ready(self) -> None:
        """Register the checks."""
        from dashboard import checks  # noqa: F401, PLC0415 - registering is what the import is for
