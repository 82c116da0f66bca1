"""Which addresses are one place, and which are two."""

import pytest

from operations.addresses import is_same_place

PRODUCTION, STAGING = "https://switchboard.example.com", "https://staging.example.com"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (PRODUCTION, "https://Switchboard.EXAMPLE.com/"),
        (PRODUCTION, "http://switchboard.example.com"),
        (PRODUCTION, "https://switchboard.example.com:443"),
        (PRODUCTION, "https://switchboard.example.com."),
        ("http://127.0.0.1:8000", "http://localhost:8123"),
        ("http://127.0.0.1:8000", "http://[::1]:9"),
        ("https://[2001:DB8::1]", "https://[2001:db8::1]/"),
    ],
)
def test_one_place_written_in_two_ways(one, other):
    assert is_same_place(one, other)
    assert is_same_place(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (PRODUCTION, STAGING),
        (PRODUCTION, "https://switchboard.example.com:8443"),
        (PRODUCTION, "https://switchboard.example.com.evil.example"),
        (PRODUCTION, "http://localhost:8000"),
        ("http://127.0.0.1:8000", "http://127.0.0.1.example.com:8000"),
        ("http://10.0.0.1:8000", "http://10.0.0.1:8001"),
    ],
)
def test_two_places(one, other):
    assert not is_same_place(one, other)
