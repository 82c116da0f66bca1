from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower

from accounts.models.account import Account
from teams.models import Workspace


class Tag(models.Model):
    """A word that some accounts of a workspace have in common; grants may go by it.

    Only subaccounts have tags: whoever is given the accounts with a tag is never given the primary
    account, whose balance all others may draw on.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="tags")
    name = models.CharField(
        max_length=40,
        validators=[
            RegexValidator(r"^[\w][\w .:/+-]*$", "Letters, digits, spaces and . : / + - _ only.")
        ],
    )
    accounts = models.ManyToManyField(Account, through="AccountTag", related_name="tags")

    objects: ClassVar[models.Manager["Tag"]] = models.Manager()

    class Meta:
        db_table = "accounts_tag"
        constraints = [
            models.UniqueConstraint(
                "workspace",
                Lower("name"),
                name="tag_name_once",
                violation_error_message="There is a tag of this name.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AccountTag(models.Model):
    """A tag on an account. Put there and taken off by `accounts.services.tagging` alone."""

    pk = models.CompositePrimaryKey("tag_id", "account_id")
    tag = models.ForeignKey(Tag, models.CASCADE, db_index=False)
    account = models.ForeignKey(Account, models.CASCADE)

    objects: ClassVar[models.Manager["AccountTag"]] = models.Manager()

    class Meta:
        db_table = "accounts_account_tag"

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.account_id}"
