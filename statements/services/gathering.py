"""Reads what is known of some hundred accounts in a month: always the same number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum

from accounts.models import Account, Reading
from operations.models import Lane
from phone_numbers.models import Number, NumberList
from statements.models import Line
from statements.months import Month
from statements.services.resale import PriceLists, Prices
from subaccounts.models import RemoteTransfer
from teams.models import Workspace
from usage.models import HeldDays, UsageSum
from usage.services.knowing import Span, missing_in

Kind = Line.Kind
NOTHING = Decimal(0)
EUR = "EUR"


@dataclass(frozen=True)
class Used:
    """Records of one product in one country and one currency."""

    product: str
    direction: str
    country: str
    currency: str
    count: int
    cost: Decimal


@dataclass(frozen=True)
class Moved:
    """So many transfers or records, and what they come to in EUR."""

    count: int
    amount: Decimal


class Held(NamedTuple):
    """Days of which usage is known."""

    span: Span
    zone: str


Asked = tuple[str, str]
"""A product and a direction."""


@dataclass
class Facts:
    """What is known of one account in the month. None: not known."""

    pk: int
    api_key: str
    is_primary: bool
    shares_balance: bool
    opening: Decimal | None
    closing: Decimal | None
    closing_at: datetime | None
    known_since: datetime | None
    moved: dict[str, Moved] = field(default_factory=dict)
    used: list[Used] = field(default_factory=list)
    numbers: int | None = None
    lists: list[Prices] = field(default_factory=list)
    # Of each product of which anything was ever asked: the days of the month that are missing.
    missing: dict[Asked, int] = field(default_factory=dict)
    # Zones other than the statement's by which usage was counted.
    other_zones: list[str] = field(default_factory=list)


class Gatherer:
    """Reads batches of accounts; what is the same for all of them is read once."""

    def __init__(self, workspace: Workspace, month: Month) -> None:
        self.workspace, self.month = workspace, month
        self._lists = PriceLists(workspace)
        self._asked, self._held = self._known()
        lane = Lane.objects.filter(workspace=workspace).values_list("audited_at", flat=True)
        self.transfers_until: datetime | None = lane.first()
        self.shared = self._shared()

    def accounts(self) -> "QuerySet[Account]":
        """Return the accounts that there were in the month."""
        made = Q(created_at=None) | Q(created_at__lt=self.month.end)
        gone = Q(vanished_at__lt=self.month.begin)
        return Account.objects.filter(made, workspace=self.workspace).exclude(gone)

    def read(self, ids: list[int]) -> list[Facts]:
        """Return the facts of these accounts, in their order. Eight queries at most."""
        found = {each.pk: each for each in self._with_readings(ids)}
        self._add_transfers(found)
        self._add_usage(found)
        self._add_numbers(found)
        for pk, lists in self._lists.of(ids).items():
            found[pk].lists = lists
        self._add_known(found)
        return [found[pk] for pk in ids if pk in found]

    def _with_readings(self, ids: list[int]) -> Iterable[Facts]:
        own = Reading.objects.filter(account=OuterRef("pk"))

        def last(until: datetime, name: str) -> Subquery:
            return Subquery(own.filter(at__lte=until).order_by("-at").values(name)[:1])

        # The first moment of the next month is the last of this one.
        rows = Account.objects.filter(pk__in=ids).annotate(
            opening=last(self.month.begin, "balance"),
            closing=last(self.month.end, "balance"),
            closing_at=last(self.month.end, "at"),
            since=Subquery(own.order_by("at").values("at")[:1]),
        )
        names = ("pk", "api_key", "is_primary", "shares_balance")
        for row in rows.values_list(*names, "opening", "closing", "closing_at", "since"):
            yield Facts(*row)

    def _add_transfers(self, found: dict[int, Facts]) -> None:
        by_key = {each.api_key: each for each in found.values()}
        rows = RemoteTransfer.objects.filter(
            workspace=self.workspace,
            created_at__gte=self.month.begin,
            created_at__lt=self.month.end,
        )
        ways = {
            "to_key": {"balance": Kind.TRANSFER_IN, "credit": Kind.CREDIT_IN},
            "from_key": {"balance": Kind.TRANSFER_OUT, "credit": Kind.CREDIT_OUT},
        }
        for side, kinds in ways.items():
            fitting = rows.filter(**{f"{side}__in": list(by_key)})
            summed = fitting.order_by().values_list(side, "kind")
            for key, kind, count, amount in summed.annotate(n=Count("pk"), sum=Sum("amount")):
                by_key[key].moved[kinds[kind]] = Moved(count, amount)

    def _add_usage(self, found: dict[int, Facts]) -> None:
        rows = UsageSum.objects.filter(
            workspace=self.workspace, month=self.month.first, account__in=list(found), is_valid=True
        )
        keys = ("account_id", "product", "direction", "country", "currency")
        summed = rows.order_by(*keys).values_list(*keys)
        for pk, *rest in summed.annotate(n=Sum("count"), money=Sum("cost")):
            found[pk].used.append(Used(*rest))

    def _add_numbers(self, found: dict[int, Facts]) -> None:
        read = NumberList.objects.filter(account__in=list(found), read_at__isnull=False)
        for pk in read.values_list("account_id", flat=True):
            found[pk].numbers = 0
        counted = Number.objects.filter(account__in=list(found)).order_by()
        for pk, count in counted.values_list("account_id").annotate(n=Count("pk")):
            found[pk].numbers = count

    def _shared(self) -> Moved | None:
        """Return what the accounts used that share the primary one's balance; None: none do."""
        sharing = Account.objects.filter(workspace=self.workspace, shares_balance=True)
        if not sharing.exists():
            return None
        sums = UsageSum.objects.filter(
            workspace=self.workspace,
            month=self.month.first,
            account__in=sharing.values("pk"),
            currency=EUR,
            is_valid=True,
        )
        found = sums.aggregate(n=Sum("count"), money=Sum("cost"))
        return Moved(found["n"] or 0, found["money"] or NOTHING)

    def _add_known(self, found: dict[int, Facts]) -> None:
        single: dict[tuple[int, Asked], list[Held]] = defaultdict(list)
        for pk, key, held in self._spans(account__in=list(found)):
            single[pk, key].append(held)
        for pk, facts in found.items():
            zones: set[str] = set()
            for key in self._asked:
                spans = [*self._held.get(key, ()), *single.get((pk, key), ())]
                missing = missing_in(self.month.days, sorted(each.span for each in spans))
                facts.missing[key] = sum((last - first).days + 1 for first, last in missing)
                zones |= {each.zone for each in spans}
            facts.other_zones = sorted(zones - {self.month.zone})

    def _known(self) -> tuple[list[Asked], dict[Asked, list[Held]]]:
        asked = HeldDays.objects.filter(workspace=self.workspace).order_by("product", "direction")
        whole: dict[Asked, list[Held]] = defaultdict(list)
        for _, key, held in self._spans(account=None):
            whole[key].append(held)
        return list(asked.values_list("product", "direction").distinct()), whole

    def _spans(self, **of: Any) -> Iterable[tuple[int, Asked, Held]]:
        first, last = self.month.days
        rows = HeldDays.objects.filter(
            workspace=self.workspace, first_day__lte=last, last_day__gte=first, **of
        )
        names = ("account_id", "product", "direction", "first_day", "last_day", "zone")
        for pk, product, direction, begin, end, zone in rows.values_list(*names):
            yield pk, (product, direction), Held((begin, end), zone)
