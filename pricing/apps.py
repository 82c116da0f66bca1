from django.apps import AppConfig


class PricingConfig(AppConfig):
    """What messages and calls cost the primary account."""

    name = "pricing"
