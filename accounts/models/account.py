from django.db import models
from django.db.models import F, Q

from accounts.querysets import AccountQuerySet
from money.fields import MoneyField
from teams.models import Workspace


class Account(models.Model):
    """Anything with a Vonage API key: the primary account or one of its subaccounts.

    A mirror of Vonage, never edited by hand. One level only: the workspace is what subaccounts
    hang on, so a subaccount has nothing to have subaccounts with.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE)
    api_key = models.CharField("API key", max_length=64)
    is_primary = models.BooleanField(default=False)
    name = models.TextField(blank=True)
    # Folded name, a tab, and the key: what lists are sorted, paged and searched by.
    listing_key = models.TextField()
    shares_balance = models.BooleanField()
    suspended = models.BooleanField(default=False)
    # None where Vonage has not told us: without the Subaccounts API the primary's is unknown.
    created_at = models.DateTimeField(null=True)
    first_seen_at = models.DateTimeField()
    # When it was first missing from a good answer. Kept, since its history is.
    vanished_at = models.DateTimeField(null=True)

    objects = AccountQuerySet.as_manager()

    class Meta:
        db_table = "accounts_account"
        constraints = [
            models.UniqueConstraint(fields=["workspace", "api_key"], name="account_once"),
            models.UniqueConstraint(
                fields=["workspace"], condition=Q(is_primary=True), name="account_one_primary"
            ),
            models.CheckConstraint(
                condition=Q(is_primary=False) | Q(shares_balance=False),
                name="account_primary_has_a_balance",
            ),
            models.CheckConstraint(condition=~Q(api_key=""), name="account_has_a_key"),
        ]
        indexes = [
            models.Index(fields=["workspace", "listing_key"], name="account_listing"),
            # The rare ones are found without walking past all the others.
            models.Index(
                fields=["workspace", "listing_key"],
                condition=Q(suspended=True),
                name="account_suspended",
            ),
            models.Index(
                fields=["workspace", "listing_key"],
                condition=Q(vanished_at__isnull=False),
                name="account_vanished",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.api_key


class Balance(models.Model):
    """What an account with a balance of its own has. An account on the shared balance has none.

    A narrow table, because balances change all the time and nothing else does.
    """

    account = models.OneToOneField(
        Account, models.CASCADE, primary_key=True, related_name="own_balance"
    )
    workspace = models.ForeignKey(Workspace, models.CASCADE, db_index=False)
    balance = MoneyField()
    # Zero or negative, as Vonage writes it. None where only the balance could be read.
    credit_limit = MoneyField(null=True)
    # What can still be spent: balance + |credit limit|.
    spendable = models.GeneratedField(
        expression=F("balance") - F("credit_limit"),
        output_field=MoneyField(null=True),
        db_persist=True,
    )

    class Meta:
        db_table = "accounts_balance"
        constraints = [
            models.CheckConstraint(
                condition=Q(credit_limit__isnull=True) | Q(credit_limit__lte=0),
                name="balance_credit_limit_is_negative",
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "spendable", "account"], name="balance_spendable")
        ]

    def __str__(self) -> str:
        return str(self.balance)
