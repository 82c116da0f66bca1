"""Somebody who listens to all that clients return, raise and log, and knows their secrets."""

import logging
from base64 import b64encode
from collections.abc import Callable, Iterator
from functools import wraps
from traceback import TracebackException
from typing import Any

from tests.wire.public_calls import apis, calls, yields
from vonage_api import Secret, VonageClient

SHOWN = logging.Formatter("%(name)s %(message)s")


class Overheard:
    """The texts that were heard, and the forms of each secret that must not be among them.

    Without a repr, as it stands in the local variables of what it listens to.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._forms: set[str] = set()

    def keep(self, secret: Secret, *, api_key: str = "") -> Secret:
        """Remember a secret, also as the pair that travels in a header; return it."""
        pair = f"{api_key}:{secret.reveal()}".encode()
        self._forms |= {*secret.forms(), b64encode(pair).decode()}
        return secret

    def leaks(self) -> list[str]:
        """Return the beginnings of all texts that hold a secret."""
        found = [text for text in self.texts if any(form in text for form in self._forms)]
        return [text[:200] for text in found]

    def note_records(self, records: list[logging.LogRecord]) -> None:
        """Hear what was logged, with all fields and tracebacks."""
        self.texts += [SHOWN.format(record) + str(vars(record)) for record in records]

    def listen(self, client: VonageClient) -> VonageClient:
        """Hear whatever comes of this client's calls from now on."""
        for api in apis(client).values():
            for name in calls(api):
                wrapped = self._one_by_one if yields(api, name) else self._at_once
                setattr(api, name, wrapped(getattr(api, name)))
        self.texts.append(repr(vars(client)))
        return client

    def _at_once(self, call: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(call)
        def listened(*args: Any, **named: Any) -> Any:
            try:
                return self._note(call(*args, **named))
            except Exception as error:
                self._note_error(error)
                raise

        return listened

    def _one_by_one(self, call: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
        @wraps(call)
        def listened(*args: Any, **named: Any) -> Iterator[Any]:
            try:
                yield from call(*args, **named)
            except Exception as error:
                self._note_error(error)
                raise

        return listened

    def _note(self, result: Any) -> Any:
        self.texts += [repr(result), str(result)]
        if error := getattr(result, "error", None):
            self._note_error(error)
        return result

    def _note_error(self, error: Exception) -> None:
        """Hear an error with its fields, its chain, and the local variables of its frames."""
        lines = TracebackException.from_exception(error, capture_locals=True).format()
        self.texts += [str(error), repr(error), str(vars(error)), *lines]
