import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import Account
from operations.models import Operation
from teams.models import User, Workspace
from vault.fields import SealedField


class SecretList(models.Model):
    """When the list of an account's API secrets was last read. No row: never."""

    account = models.OneToOneField(
        Account, models.CASCADE, primary_key=True, related_name="secret_list"
    )
    # When Vonage was asked, not when it answered: what changed in between is not in it.
    read_at = models.DateTimeField()

    objects: ClassVar[models.Manager["SecretList"]] = models.Manager()

    class Meta:
        db_table = "api_secrets_list"

    def __str__(self) -> str:
        return f"secrets of {self.account_id}"


class ApiSecret(models.Model):
    """That an API secret exists, or existed: Vonage's id of it, and never its value."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="api_secrets")
    remote_id = models.CharField(max_length=64)
    # By Vonage's clock.
    created_at = models.DateTimeField()
    first_seen_at = models.DateTimeField(default=timezone.now)
    # What made it, where it was made here.
    operation = models.OneToOneField(
        Operation, models.PROTECT, null=True, related_name="api_secret"
    )
    gone_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["ApiSecret"]] = models.Manager()

    class Meta:
        db_table = "api_secrets_secret"
        constraints = [
            models.UniqueConstraint(fields=["account", "remote_id"], name="api_secret_once"),
        ]

    def __str__(self) -> str:
        return f"API secret {self.remote_id}"


class SecretPolicy(models.Model):
    """When an API secret of a workspace counts as old. No row: after `OLD_AFTER` days."""

    OLD_AFTER = 90

    workspace = models.OneToOneField(
        Workspace, models.CASCADE, primary_key=True, related_name="secret_policy"
    )
    old_after_days = models.PositiveSmallIntegerField(default=OLD_AFTER)
    # When the primary user was last written to about old ones.
    told_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["SecretPolicy"]] = models.Manager()

    class Meta:
        db_table = "api_secrets_policy"

    def __str__(self) -> str:
        return f"old after {self.old_after_days} days"


class HeldSecret(models.Model):
    """The API secret by which this workspace signs in as a subaccount, made for that alone.

    Vonage lists a subaccount's numbers and tells its settings to nobody but the subaccount itself.
    """

    # The seal is bound to the primary key, so it must be known before the row is saved.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    account = models.OneToOneField(Account, models.CASCADE, related_name="held_secret")
    api_secret = SealedField()
    # The host that it was made at. It is never sent to another.
    api_host = models.CharField(max_length=200)
    # Vonage's id of it; empty where Vonage did not tell.
    remote_id = models.CharField(max_length=64, blank=True)
    held_at = models.DateTimeField(default=timezone.now)
    # Since when Vonage does not let it in; None while it does.
    refused_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["HeldSecret"]] = models.Manager()

    class Meta:
        db_table = "api_secrets_held"

    def __str__(self) -> str:
        return f"secret held of {self.account_id}"


class TypedSecret(models.Model):
    """An API secret that somebody typed, sealed until what it was typed for is asked for."""

    # The seal is bound to the primary key, so it must be known before the row is saved.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    # Of the form: whoever sends it twice has typed one.
    form_token = models.CharField(max_length=80)
    api_secret = SealedField()
    typed_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager["TypedSecret"]] = models.Manager()

    class Meta:
        db_table = "api_secrets_typed"

    def __str__(self) -> str:
        return "typed secret"


class HandOver(models.Model):
    """A link by which somebody outside takes a new API secret, once.

    The value is not in here: it stays sealed with its operation until it is taken, and then it is
    nowhere. Of link and code there are only hashes.
    """

    MOST_TRIES = 5
    """So many codes may be wrong; then the link is dead."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    operation = models.ForeignKey(Operation, models.PROTECT, related_name="hand_overs")
    token_digest = models.CharField(max_length=64, unique=True)
    code_hash = models.CharField(max_length=128)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    taken_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["HandOver"]] = models.Manager()

    class Meta:
        db_table = "api_secrets_hand_over"
        constraints = [
            # A newer link takes the place of the older one.
            models.UniqueConstraint(
                fields=["operation"],
                condition=models.Q(withdrawn_at=None),
                name="hand_over_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_at=None) | models.Q(taken_at__isnull=False),
                name="hand_over_confirmed_when_taken",
            ),
        ]

    def __str__(self) -> str:
        return f"hand-over of {self.operation_id}"

    @property
    def is_over(self) -> bool:
        """Whether the link leads nowhere any more, by its age or by wrong codes."""
        return self.tries >= self.MOST_TRIES or self.ends_at <= timezone.now()


class Campaign(models.Model):
    """The secrets of many accounts that are to be replaced, for one reason."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    # While it is stopped no rotation of it takes another step.
    stopped_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["Campaign"]] = models.Manager()

    class Meta:
        db_table = "api_secrets_campaign"

    def __str__(self) -> str:
        return self.name


class Rotation(models.Model):
    """An API secret that is being replaced by another one, step by step.

    What has been done stands in here and in its two operations, so that it goes on from there
    whatever dies meanwhile: added, proven, handed over, confirmed, the old one revoked.
    """

    class Purpose(models.TextChoices):
        """Who is to have the new secret."""

        USERS = "users", "for those who use it"
        OURS = "ours", "for this workspace to sign in with"

    class End(models.TextChoices):
        """How it ended."""

        DONE = "done", "done"
        STOPPED = "stopped", "stopped"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, models.CASCADE, related_name="rotations")
    purpose = models.CharField(max_length=8, choices=Purpose)
    campaign = models.ForeignKey(Campaign, models.CASCADE, null=True, related_name="rotations")
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    # False: a secret is only added, and nothing is replaced.
    replaces = models.BooleanField(default=True)
    # Vonage's id of the secret that is to go; empty until the list was read.
    old_id = models.CharField(max_length=64, blank=True)
    # From then on the old one is revoked without anybody's word; None: not without.
    due_at = models.DateTimeField(null=True)
    added = models.OneToOneField(Operation, models.PROTECT, null=True, related_name="rotation")
    # When Vonage let the new secret in.
    proved_at = models.DateTimeField(null=True)
    # When somebody of the team said that the new one is in use.
    confirmed_at = models.DateTimeField(null=True)
    revoked = models.OneToOneField(Operation, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    end = models.CharField(max_length=8, choices=End, blank=True)
    detail = models.TextField(blank=True)
    look_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[models.Manager["Rotation"]] = models.Manager()

    class Meta:
        db_table = "api_secrets_rotation"
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(ended_at=None),
                name="rotation_one_at_a_time",
            ),
            # Never is the old one revoked before the new one is known to work.
            models.CheckConstraint(
                condition=models.Q(revoked=None) | models.Q(proved_at__isnull=False),
                name="rotation_proved_before_revoked",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None, end="") | models.Q(ended_at__isnull=False),
                name="rotation_ends_somehow",
            ),
        ]
        indexes = [
            models.Index(
                fields=["look_at"], condition=models.Q(ended_at=None), name="rotation_due"
            ),
        ]

    def __str__(self) -> str:
        return f"rotation of {self.account_id}"
