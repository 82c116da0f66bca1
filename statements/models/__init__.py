"""What an account had, got and used in a month; what it is resold for; who was told."""

from statements.models.mails import Mailed
from statements.models.prices import PriceList, Rate
from statements.models.runs import Run, Schedule
from statements.models.statements import Line, Statement

__all__ = ["Line", "Mailed", "PriceList", "Rate", "Run", "Schedule", "Statement"]
