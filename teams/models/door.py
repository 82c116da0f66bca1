"""What the door remembers: sealed seeds, used codes, counted attempts, known places, resets."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from teams.models.people import User
from teams.models.workspaces import Workspace
from vault.fields import SealedField


class FactorSeed(models.Model):
    """The secret behind an authenticator app or a set of recovery codes.

    allauth's own row holds the id of this one only, so that the vault binds the seed to its row
    and seals it again when the keys change.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    seed = SealedField()

    objects: ClassVar[models.Manager["FactorSeed"]] = models.Manager()

    class Meta:
        db_table = "teams_factor_seed"

    def __str__(self) -> str:
        return str(self.id)


class UsedCode(models.Model):
    """A code of an authenticator app that was used; one row lets one request in."""

    digest = models.CharField(max_length=64, primary_key=True)
    used_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects: ClassVar[models.Manager["UsedCode"]] = models.Manager()

    class Meta:
        db_table = "teams_used_code"

    def __str__(self) -> str:
        return self.digest[:8]


class Tally(models.Model):
    """How often something was tried until a time; who and what stands in the digest."""

    digest = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(db_index=True)

    objects: ClassVar[models.Manager["Tally"]] = models.Manager()

    class Meta:
        db_table = "teams_tally"

    def __str__(self) -> str:
        return f"{self.digest[:8]}: {self.count}"


class KnownPlace(models.Model):
    """A network and browser that a person has signed in from before."""

    user = models.ForeignKey(User, models.CASCADE, related_name="known_places")
    place = models.CharField(max_length=120)
    first_seen_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[models.Manager["KnownPlace"]] = models.Manager()

    class Meta:
        db_table = "teams_known_place"
        constraints = [models.UniqueConstraint(fields=["user", "place"], name="known_place_once")]

    def __str__(self) -> str:
        return self.place


class FactorReset(models.Model):
    """Somebody's second factors are to be taken away, since they are lost.

    It waits for `due_at`, so that the person has time to call off what they did not ask for.
    """

    class Outcome(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", "waiting"
        DONE = "done", "carried out"
        CANCELLED = "cancelled", "called off"

    user = models.ForeignKey(User, models.CASCADE, related_name="factor_resets")
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="factor_resets")
    asked_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="factor_resets_asked"
    )
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    due_at = models.DateTimeField()
    outcome = models.CharField(max_length=9, choices=Outcome, default=Outcome.WAITING)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager["FactorReset"]] = models.Manager()

    class Meta:
        db_table = "teams_factor_reset"
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(outcome="waiting"), name="factor_reset_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_outcome_display()}"
