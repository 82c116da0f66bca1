"""What is asked of Vonage, how each attempt went, and whether anything may be sent at all."""

from operations.models.approvals import Approval, Policy
from operations.models.attempts import Attempt, Notice, Transition
from operations.models.drafts import Draft
from operations.models.lanes import Finding, Installation, Lane
from operations.models.operations import Operation

__all__ = [
    "Approval",
    "Attempt",
    "Draft",
    "Finding",
    "Installation",
    "Lane",
    "Notice",
    "Operation",
    "Policy",
    "Transition",
]
