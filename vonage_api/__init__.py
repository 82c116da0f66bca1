"""A client for Vonage's account-side APIs: plain Python, typed, no Django.

`README.md` beside this file shows each call in one line; `errors.py` draws the tree of what can
go wrong, `outcomes.py` how a write can end.
"""

from vonage_api.budget import Priority
from vonage_api.client import VonageClient
from vonage_api.configuration import Hosts, Retries, Timeouts
from vonage_api.credentials import Credentials
from vonage_api.outcomes import NotSent, Ok, Outcome, Rejected, TurnedAway, Unknown
from vonage_api.phone_numbers import NumberSettings
from vonage_api.secret import Secret

__all__ = [
    "Credentials",
    "Hosts",
    "NotSent",
    "NumberSettings",
    "Ok",
    "Outcome",
    "Priority",
    "Rejected",
    "Retries",
    "Secret",
    "Timeouts",
    "TurnedAway",
    "Unknown",
    "VonageClient",
]
