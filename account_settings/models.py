from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import Account
from operations.models import Operation
from teams.models import User, Workspace


class Forward(models.TextChoices):
    """How Vonage calls the addresses; the codes are Vonage's."""

    GET = "GET_QUERY_PARAMS", "GET, in the query"
    POST = "POST_QUERY_PARAMS", "POST, in the query"
    JSON = "POST_JSON", "POST, as JSON"


class AccountSettings(models.Model):
    """The settings of an account as Vonage last told them. No row: it was never asked."""

    account = models.OneToOneField(
        Account, models.CASCADE, primary_key=True, related_name="vonage_settings"
    )
    # Empty where Vonage reports nothing. A query may hold somebody's token.
    mo_callback_url = models.TextField(blank=True)
    dr_callback_url = models.TextField(blank=True)
    # Requests a second; None where Vonage did not tell.
    max_outbound_request = models.PositiveIntegerField(null=True)
    max_inbound_request = models.PositiveIntegerField(null=True)
    max_calls_per_second = models.PositiveIntegerField(null=True)
    # When Vonage was asked, not when it answered. None where it never told.
    read_at = models.DateTimeField(null=True)
    # The last try, and what stood in its way; empty where nothing did.
    tried_at = models.DateTimeField(null=True)
    fault = models.TextField(blank=True)
    # What was last set from here, since Vonage never shows it; empty where nothing was.
    http_forward_method = models.CharField(max_length=20, choices=Forward, blank=True)
    forward_set_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["AccountSettings"]] = models.Manager()

    class Meta:
        db_table = "account_settings_settings"

    def __str__(self) -> str:
        return f"settings of {self.account_id}"


class Before(models.Model):
    """What a change was to replace, as far as it was known when the change was asked for."""

    operation = models.OneToOneField(
        Operation, models.CASCADE, primary_key=True, related_name="settings_before"
    )
    values = models.JSONField()

    objects: ClassVar[models.Manager["Before"]] = models.Manager()

    class Meta:
        db_table = "account_settings_before"

    def __str__(self) -> str:
        return f"before {self.operation_id}"


class Template(models.Model):
    """Settings that several accounts shall have alike. `{api_key}` stands for that of each."""

    workspace = models.ForeignKey(
        Workspace, models.CASCADE, related_name="settings_templates", db_index=False
    )
    name = models.CharField(max_length=80)
    # Empty switches the report off.
    mo_callback_url = models.TextField(blank=True)
    dr_callback_url = models.TextField(blank=True)
    # Empty leaves it as it is.
    http_forward_method = models.CharField(max_length=20, choices=Forward, blank=True)
    # Counts changes, so that a preview of an older one is not carried out.
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects: ClassVar[models.Manager["Template"]] = models.Manager()

    class Meta:
        db_table = "account_settings_template"
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "name"], name="settings_template_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Follower(models.Model):
    """That an account is to have what a template says."""

    account = models.OneToOneField(
        Account, models.CASCADE, primary_key=True, related_name="settings_follower"
    )
    template = models.ForeignKey(Template, models.CASCADE, related_name="followers")
    since = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager["Follower"]] = models.Manager()

    class Meta:
        db_table = "account_settings_follower"

    def __str__(self) -> str:
        return f"{self.account_id} follows {self.template_id}"
