"""Workspaces, and the link that makes the first."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from teams.models.people import User, existing_time_zone


def second_factor_is_wanted() -> bool:
    """Return whether a new workspace asks for second factors: where it can be reached by others."""
    return bool(settings.ENV.https)


class Workspace(models.Model):
    """One Vonage primary account with all its subaccounts, its people and its rules.

    Exactly one primary user: one column that is never empty.
    """

    slug = models.SlugField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    primary_user = models.ForeignKey(User, models.PROTECT, related_name="owned_workspaces")
    # Whoever can move money, see secrets or manage people needs a second factor to come in.
    second_factor_required = models.BooleanField(
        "require a second factor", default=second_factor_is_wanted
    )
    # Members may come in through the company's identity provider, where one is configured.
    single_sign_on = models.BooleanField("allow single sign-on", default=True)
    # Months of statements and usage go by it. Empty: as usual in this installation.
    time_zone = models.CharField(max_length=64, blank=True, validators=[existing_time_zone])
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[models.Manager["Workspace"]] = models.Manager()

    class Meta:
        db_table = "teams_workspace"

    def __str__(self) -> str:
        return self.name

    @property
    def zone_name(self) -> str:
        """The name of the zone that its months go by."""
        return self.time_zone or str(settings.PEOPLE_TIME_ZONE)


class SetupLink(models.Model):
    """The one-time link of the first start. Only the digest of its token is kept."""

    digest = models.CharField(max_length=64, primary_key=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "teams_setup_link"
        constraints = [
            # One row may be used, ever: two browsers that race make one primary user.
            models.UniqueConstraint(
                models.Value(1),
                condition=models.Q(used_at__isnull=False),
                name="setup_used_once",
            ),
        ]

    def __str__(self) -> str:
        return self.digest[:8]
