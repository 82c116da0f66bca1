from datetime import UTC, datetime

import pytest

from vonage_api.errors import Malformed
from vonage_api.times import read_time


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-06T07:08:09Z",
        "2024-05-06T07:08:09.000Z",
        "2024-05-06T07:08:09+0000",
        "2024-05-06T07:08:09+00:00",
        "2024-05-06T07:08:09",
        "2024-05-06T09:08:09+02:00",
    ],
)
def test_every_form_is_the_same_moment(text: str) -> None:
    found = read_time(text)
    assert (found, found.tzinfo) == (datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC), UTC)


@pytest.mark.parametrize("text", ["", "yesterday", "1714979289", "0001-01-01T00:00:00+10:00"])
def test_anything_else_is_malformed(text: str) -> None:
    with pytest.raises(Malformed) as caught:
        read_time(text)
    assert caught.value.__context__ is None
