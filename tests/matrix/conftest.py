"""Counts the cells of all tests here, and says so in one line at the very end."""

import logging

import pytest

_COUNTED: dict[str, set[str] | int] = {"cells": 0, "gaps": 0, "routes": set(), "roles": set()}


@pytest.fixture
def cast(db):
    from tests.cast import cast

    return cast()


@pytest.fixture
def quiet(settings):
    """One cell leaves nothing to the next, neither a session nor a count of attempts nor a log."""
    nothing = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
    settings.CACHES = dict.fromkeys(settings.CACHES, nothing)
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up what a test counted; one that broke off is a gap."""
    if "tests/matrix/" not in report.nodeid or (report.when != "call" and report.passed):
        return
    counted = dict(report.user_properties)
    _COUNTED["cells"] += counted.get("cells", 0)
    _COUNTED["gaps"] += counted.get("gaps", 0) or int(report.failed)
    for name in ("routes", "roles"):
        _COUNTED[name] |= set(counted.get(name, ()))


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Print the line, unless this is one of several workers."""
    if not hasattr(config, "workerinput") and _COUNTED["cells"]:
        said = {name: len(n) if isinstance(n, set) else n for name, n in _COUNTED.items()}
        print("cells={cells} routes={routes} roles={roles} gaps={gaps}".format(**said))  # noqa: T201 - the result
