"""A client for Vonage's account-side APIs: plain Python, typed, no Django.

`README.md` beside this file shows each call in one line; `errors.py` draws the tree of what can
go wrong.
"""

from vonage_api.client import VonageClient
from vonage_api.configuration import Hosts, Retries, Timeouts
from vonage_api.credentials import Credentials

__all__ = ["Credentials", "Hosts", "Retries", "Timeouts", "VonageClient"]
