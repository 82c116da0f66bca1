"""The team of `tests/cast.py`."""

import pytest


@pytest.fixture
def cast(db):
    from tests.cast import cast

    return cast()
