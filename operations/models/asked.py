from typing import Any

from django.db import models
from django.utils import timezone

from money.fields import MoneyField
from operations.fingerprints import fingerprint_of
from teams.models import User, Workspace


class Asked(models.Model):
    """What somebody wants changed at Vonage: the part that a draft and an operation share.

    `account` is the one that it is about; of a transfer, the subaccount. None where the account
    is yet to be made. Amounts are in EUR, the currency of everything on these APIs.
    """

    workspace = models.ForeignKey(Workspace, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=32)
    account = models.ForeignKey("accounts.Account", models.PROTECT, null=True, related_name="+")
    # Of transfers: the API keys of both sides, and how much goes from one to the other.
    from_key = models.CharField(max_length=64, blank=True)
    to_key = models.CharField(max_length=64, blank=True)
    amount = MoneyField(null=True)
    # Of everything else: the fields as they shall be.
    wanted = models.JSONField(default=dict)
    # A note of one's own. It stays here.
    memo = models.CharField(max_length=200, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # From the form. Unique: the same form makes one of these, however often it is sent.
    form_token = models.CharField(max_length=80)

    class Meta:
        abstract = True

    @property
    def fingerprint(self) -> str:
        """What tells two wishes apart; equal for equal ones."""
        return fingerprint_of(
            kind=self.kind,
            account=self.account_id,
            from_key=self.from_key,
            to_key=self.to_key,
            amount=self.amount,
            wanted=self.wanted,
        )

    def asked(self) -> dict[str, Any]:
        """Return what is asked for, as the fields of another one of these."""
        names = ("workspace_id", "kind", "account_id", "from_key", "to_key", "amount", "wanted")
        return {name: getattr(self, name) for name in (*names, "memo", "made_by_id", "form_token")}
