from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import Account
from teams.models import Workspace


class NumberList(models.Model):
    """When the list of an account's numbers was read, and how the last try went. No row: never."""

    account = models.OneToOneField(
        Account, models.CASCADE, primary_key=True, related_name="number_list"
    )
    # When Vonage was asked, not when it answered: what changed in between is not in it.
    read_at = models.DateTimeField(null=True)
    # The last try that came to nothing, and why; empty where the last one went well.
    failed_at = models.DateTimeField(null=True)
    fault = models.TextField(blank=True)
    # Whoever reads has it until then; afterwards it is anybody's.
    taken_until = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["NumberList"]] = models.Manager()

    class Meta:
        db_table = "phone_numbers_list"

    def __str__(self) -> str:
        return f"numbers of {self.account_id}"


class Number(models.Model):
    """A phone number that an account owns, with what it does with calls and messages."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, models.CASCADE, related_name="numbers")
    # Two letters, and digits with country code.
    country = models.CharField(max_length=2)
    msisdn = models.CharField(max_length=32)
    type = models.CharField(max_length=40)
    # Of SMS, VOICE, MMS, in this order, with commas around: ",SMS,VOICE,".
    features = models.CharField(max_length=40)
    app_id = models.CharField(max_length=100, blank=True)
    mo_http_url = models.TextField(blank=True)
    voice_callback_type = models.CharField(max_length=20, blank=True)
    voice_callback_value = models.TextField(blank=True)
    voice_status_callback = models.TextField(blank=True)
    first_seen_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager["Number"]] = models.Manager()

    class Meta:
        db_table = "phone_numbers_number"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "country", "msisdn"], name="number_once_per_account"
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "msisdn", "id"], name="number_by_digits"),
        ]

    def __str__(self) -> str:
        return f"+{self.msisdn}"

    @property
    def feature_names(self) -> list[str]:
        """What it can do."""
        return [each for each in self.features.split(",") if each]

    @property
    def is_set_up(self) -> bool:
        """Whether it does something with calls or messages, which a transfer may end."""
        return any(
            (self.app_id, self.mo_http_url, self.voice_callback_value, self.voice_status_callback)
        )
