"""The rest host's short answer to a write: a code and a label."""

import msgspec

from vonage_api.decoding import decode
from vonage_api.errors import Malformed
from vonage_api.exchange import Answer

_SUCCESS = "200"


class _Pair(msgspec.Struct):
    code: str = msgspec.field(name="error-code")


_pair = msgspec.json.Decoder(_Pair)


def accept_success(answer: Answer) -> None:
    """Return if the answer says success. Raises `Malformed`."""
    if decode(answer.body, _pair).code != _SUCCESS:
        raise Malformed("its code is neither success nor a refusal")
