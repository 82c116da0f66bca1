"""The token of a form: whoever sends the form twice asks for one thing."""

import secrets

from django.core import signing

from operations.times import seconds, times
from teams.policy import Actor

_BYTES = 16


class BadTokenError(Exception):
    """The form is too old, or not this person's. It has to be looked at anew."""


def new_token(actor: Actor, kind: str) -> str:
    """Return a token for a form of this kind that this person is shown now."""
    return _signer(actor, kind).sign(secrets.token_urlsafe(_BYTES))


def read_token(actor: Actor, kind: str, token: str) -> str:
    """Return what is kept of a token; raise `BadTokenError` unless it was made for this form."""
    try:
        return _signer(actor, kind).unsign(token, max_age=seconds(times().form))
    except signing.BadSignature as error:
        raise BadTokenError from error


def _signer(actor: Actor, kind: str) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"operations:{kind}:{actor.workspace.pk}:{actor.user.pk}")
