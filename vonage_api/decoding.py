from collections.abc import Callable
from typing import TypeVar

import msgspec

from vonage_api.documents import check_keys
from vonage_api.errors import Malformed
from vonage_api.refusals import clean, refusal_within

T = TypeVar("T")


def decode(
    body: bytes, decoder: msgspec.json.Decoder[T], *, check: Callable[[bytes], None] = check_keys
) -> T:
    """Return the body as the decoder's type. `check` refuses keys that stand twice.

    Raises `Malformed`, or `Refused` for a body of status 200 that holds an error code instead.
    No part of the body gets into the message: the answers to some calls carry a secret.
    """
    try:
        check(body)
        return decoder.decode(body)
    except RecursionError:
        problem = "it is nested too deeply"
    except ValueError as exc:
        problem = clean(str(exc))
    raise refusal_within(body) or Malformed(problem)
