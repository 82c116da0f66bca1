"""Secrets that have to wait in a session, sealed: sessions are copied into Redis and backups."""

import base64

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

from vault.keyring import UnknownKeyError
from vault.sealing import BrokenSealError, Place, seal, unseal
from vault.secret import Secret


def put(session: SessionBase, name: str, secret: Secret) -> None:
    """Keep a secret in the session, sealed."""
    sealed = seal(secret, _place(name), settings.KEY_RING)
    session[name] = base64.b64encode(sealed).decode()


def get(session: SessionBase, name: str) -> Secret | None:
    """Return what was kept; None where nothing was, or what nobody can open any more."""
    try:
        return unseal(base64.b64decode(session[name]), _place(name), settings.KEY_RING)
    except (KeyError, ValueError, BrokenSealError, UnknownKeyError):
        return None


def _place(name: str) -> Place:
    return Place("session", name, "", "")
