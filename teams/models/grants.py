"""What members may do: roles, grants of them on sets of accounts, and whom these reach."""

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from money.fields import MoneyField
from teams.capabilities import Mask
from teams.models.members import Invitation, Member
from teams.models.people import User
from teams.models.workspaces import Workspace
from teams.presets import PRESETS


class Role(models.Model):
    """A workspace's own list of capabilities, under a name."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="roles")
    name = models.CharField(max_length=60)
    mask = models.BigIntegerField()

    objects: ClassVar[models.Manager["Role"]] = models.Manager()

    class Meta:
        db_table = "teams_role"
        constraints = [
            models.UniqueConstraint(
                "workspace",
                Lower("name"),
                name="role_name_once",
                violation_error_message="There is a role of this name.",
            ),
            models.CheckConstraint(condition=Q(mask__gt=0), name="role_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name


class Grant(models.Model):
    """A role on a set of accounts, given to a member, or promised with an invitation.

    Evaluated whenever it is asked about: its role, beginning, end and limits are never copied.
    Only which accounts a selection or a tag holds is, see `Reach`.
    """

    MOST = 62
    """A member's grants are the bits of one number."""

    class Scope(models.TextChoices):
        """Which accounts."""

        ALL = "all", "all accounts"
        SUBACCOUNTS = "subaccounts", "all subaccounts"
        SELECTED = "selected", "selected accounts"
        TAG = "tag", "accounts with a tag"

    member = models.ForeignKey(Member, models.CASCADE, null=True, related_name="grants")
    invitation = models.ForeignKey(Invitation, models.CASCADE, null=True, related_name="grants")
    # The place of the grant among the member's: its bit in `Reach.grants`.
    place = models.PositiveSmallIntegerField(null=True)
    # One of `teams.presets`, or a role of the workspace's own.
    preset = models.CharField(max_length=32, blank=True)
    role = models.ForeignKey(Role, models.PROTECT, null=True, blank=True, related_name="grants")
    scope = models.CharField(max_length=12, choices=Scope)
    tag = models.ForeignKey(
        "accounts.Tag", models.PROTECT, null=True, blank=True, related_name="grants"
    )
    accounts = models.ManyToManyField(
        "accounts.Account", db_table="teams_grant_account", related_name="+"
    )
    # At most so much, summed over the person. Empty: no limit.
    per_transfer = MoneyField(null=True, blank=True)
    per_day = MoneyField("per 24 hours", null=True, blank=True)
    per_month = MoneyField(null=True, blank=True)
    approval_above = MoneyField("needs an approval above", null=True, blank=True)
    # Of transfers alone: this grant counts as holding the primary account, where the other side is
    # an account that it holds. It shows nothing of the primary account.
    with_primary = models.BooleanField(
        "may move money between these accounts and the primary account", default=False
    )
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    may_pass_on = models.BooleanField("may pass it on", default=False)
    # How many days before its end the member was last told of it.
    told_days = models.PositiveSmallIntegerField(null=True, editable=False)
    reason = models.CharField(max_length=200, blank=True)
    given_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="grants_given"
    )
    given_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[models.Manager["Grant"]] = models.Manager()

    class Meta:
        db_table = "teams_grant"
        constraints = [
            models.CheckConstraint(
                condition=Q(member=None, invitation__isnull=False, place=None)
                | Q(member__isnull=False, invitation=None, place__isnull=False),
                name="grant_of_member_or_invitation",
            ),
            models.CheckConstraint(
                condition=(Q(preset="") & Q(role__isnull=False)) | (~Q(preset="") & Q(role=None)),
                name="grant_of_preset_or_role",
            ),
            models.CheckConstraint(
                condition=Q(scope="tag", tag__isnull=False) | (~Q(scope="tag") & Q(tag=None)),
                name="grant_by_tag_has_one",
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="grant_ends_after_it_starts",
                violation_error_message="The end must come after the beginning.",
            ),
            models.CheckConstraint(
                condition=Q(place=None) | Q(place__lt=62), name="grant_place_is_a_bit"
            ),
            models.UniqueConstraint(fields=["member", "place"], name="grant_place_once"),
            *(
                models.CheckConstraint(
                    condition=Q(**{name: None}) | Q(**{f"{name}__gte": 0}),
                    name=f"grant_{name}_not_negative",
                    violation_error_message="A limit cannot be negative.",
                )
                for name in ("per_transfer", "per_day", "per_month", "approval_above")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role_name} on {self.get_scope_display()}"

    @property
    def mask(self) -> Mask:
        """The capabilities of its role."""
        return self.role.mask if self.role else PRESETS[self.preset].mask

    @property
    def role_name(self) -> str:
        """What its role is called."""
        return self.role.name if self.role else PRESETS[self.preset].name

    @property
    def bit(self) -> int:
        """Its bit in `Reach.grants`; none for a promise."""
        return 0 if self.place is None else 1 << self.place

    def is_active(self, now: datetime) -> bool:
        """Return whether it has begun and not ended."""
        has_begun = self.starts_at is None or self.starts_at <= now
        return has_begun and (self.ends_at is None or now < self.ends_at)


class Shares(models.Lookup):
    """`grants__shares=bits`: the two numbers have a bit in common."""

    lookup_name = "shares"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the comparison, which both databases write alike."""
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"({left} & {right}) <> 0", (*left_params, *right_params)


class BitsField(models.BigIntegerField):  # type: ignore[type-arg] # as above
    """A set of up to 62 things, one bit for each."""


BitsField.register_lookup(Shares)


class Reach(models.Model):
    """That a member's grants by selection or tag hold an account, and which of them do.

    Derived from grants, selections and tags by `teams.services.reach` and by nothing else. What
    the grants allow is not in here, so a role, a beginning or an end changes no row.
    """

    pk = models.CompositePrimaryKey("member_id", "account_id")
    member = models.ForeignKey(Member, models.CASCADE, db_index=False, related_name="reach")
    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="reach")
    # One bit for each grant, at its place.
    grants = BitsField()
    # The account's, so that a member's list is walked in order without meeting other accounts.
    listing_key = models.TextField()

    objects: ClassVar[models.Manager["Reach"]] = models.Manager()

    class Meta:
        db_table = "teams_reach"
        indexes = [models.Index(fields=["member", "listing_key"], name="reach_listing")]
        constraints = [
            models.CheckConstraint(condition=Q(grants__gt=0), name="reach_by_some_grant"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} reaches {self.account_id}"
