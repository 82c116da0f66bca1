from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Who did what, to what, when, and what it was before."""

    name = "audit"
