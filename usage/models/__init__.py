"""Reports ordered from Vonage, the sums taken from them, and what bounds both."""

from usage.models.budget import Budget, Spent
from usage.models.daily import DailyOrders, OrderedDay
from usage.models.keeping import Keeping
from usage.models.reports import Report
from usage.models.sums import HeldDays, UsageSum

__all__ = [
    "Budget",
    "DailyOrders",
    "HeldDays",
    "Keeping",
    "OrderedDay",
    "Report",
    "Spent",
    "UsageSum",
]
