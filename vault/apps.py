from django.apps import AppConfig


class VaultConfig(AppConfig):
    """Sealed secrets."""

    name = "vault"
    default_auto_field = "django.db.models.BigAutoField"
