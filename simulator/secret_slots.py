"""The two places that an API key has for secrets: never none filled, never three."""

import re
from dataclasses import replace

from simulator import api_secrets, audit
from simulator.api_secrets import Secret
from simulator.state import State

SLOTS = 2
FAIR = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9]).{8,25}", re.DOTALL)


class SlotsFullError(Exception):
    """Both places are taken."""


class LastSecretError(Exception):
    """It is the only one: an account without a secret could not be reached any more."""


class UnknownSecretError(LookupError):
    """The account has no secret of this id."""


def is_fair(secret: object) -> bool:
    """Tell whether it keeps Vonage's rule: 8 to 25 characters; lower case, upper case, digit."""
    return isinstance(secret, str) and FAIR.fullmatch(secret) is not None


def find(state: State, api_key: str, secret_id: str) -> Secret:
    """Return a secret of the account; UnknownAccountError, UnknownSecretError."""
    for secret in state.account(api_key).secrets:
        if secret.id == secret_id:
            return secret
    raise UnknownSecretError(secret_id)


def add(state: State, api_key: str, text: str) -> Secret:
    """Let one more secret open the account; SlotsFullError, UnknownAccountError."""
    secret = api_secrets.conceal(api_key=api_key, text=text, created_at=state.now())
    with state.change("create secret") as draft:
        account = state.account(api_key)
        if len(account.secrets) >= SLOTS:
            raise SlotsFullError
        state.put(draft, replace(account, secrets=(*account.secrets, secret)))
        audit.record(state, audit.SECRET_CREATED, api_key, {"secretId": secret.id})
    return secret


def revoke(state: State, api_key: str, secret_id: str) -> None:
    """Let a secret open nothing any more; UnknownSecretError, LastSecretError."""
    with state.change("revoke secret") as draft:
        gone, account = find(state, api_key, secret_id), state.account(api_key)
        if len(account.secrets) == 1:
            raise LastSecretError
        kept = tuple(secret for secret in account.secrets if secret is not gone)
        state.put(draft, replace(account, secrets=kept))
        audit.record(state, audit.SECRET_DELETED, api_key, {"secretId": secret_id})
