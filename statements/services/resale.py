"""What usage is resold for: by the price list of the tag that an account has."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal

from accounts.models import AccountTag
from statements.models import PriceList, Rate
from teams.models import Workspace

_EXACT = Context(prec=60)
_UNIT = Decimal("0.00000001")
_EUR = "EUR"
_Key = tuple[str, str, str]


@dataclass
class Prices:
    """A price list, ready to be asked."""

    factor: Decimal | None
    rates: dict[_Key, Decimal] = field(default_factory=dict)

    def of(
        self,
        product: str,
        direction: str,
        country: str,
        *,
        count: int,
        cost: Decimal,
        currency: str,
    ) -> Decimal | None:
        """Return what so many records are resold for, not rounded; None where there is no price.

        Rates are in EUR, so what Vonage charges in another currency goes by the factor alone.
        """
        rate = self._rate(product, direction, country) if currency == _EUR else None
        if rate is not None:
            return rate * count
        return None if self.factor is None else _EXACT.multiply(cost, self.factor)

    def _rate(self, product: str, direction: str, country: str) -> Decimal | None:
        """Return the rate that names most: the country first, then the direction."""
        for where in dict.fromkeys((country, "")):
            for way in dict.fromkeys((direction, "")):
                if (product, way, where) in self.rates:
                    return self.rates[product, way, where]
        return None


def rounded(amount: Decimal) -> Decimal:
    """Return the amount with eight decimals, halves away from zero: once for each line."""
    return amount.quantize(_UNIT, ROUND_HALF_UP, context=_EXACT)


class PriceLists:
    """All price lists of a workspace, read once. Two queries."""

    def __init__(self, workspace: Workspace) -> None:
        rows = PriceList.objects.filter(workspace=workspace)
        self._by_tag = {each.tag_id: Prices(each.factor) for each in rows}
        for rate in Rate.objects.filter(price_list__workspace=workspace).select_related(
            "price_list"
        ):
            key = rate.product, rate.direction, rate.country
            self._by_tag[rate.price_list.tag_id].rates[key] = rate.amount

    def of(self, accounts: Iterable[int]) -> dict[int, list[Prices]]:
        """Return the lists that apply to each of the accounts; one query at most."""
        if not self._by_tag:
            return {}
        rows = AccountTag.objects.filter(account__in=accounts, tag__in=list(self._by_tag))
        found: dict[int, list[Prices]] = {}
        for account, tag in rows.order_by("tag_id").values_list("account_id", "tag_id"):
            found.setdefault(account, []).append(self._by_tag[tag])
        return found
