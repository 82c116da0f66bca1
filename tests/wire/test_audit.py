from datetime import timedelta
from typing import Any

import pytest

from simulator import audit
from vonage_api import Ok, Secret, errors


@pytest.fixture
def truth(remote: Any) -> Any:
    """The simulator's events that the primary account may see, newest first."""
    return audit.visible(remote.state, remote.state.account(remote.state.primary_key))


def test_events_page_by_page(client: Any, truth: Any) -> None:
    pages = [client.audit.page(number=number, size=40) for number in (1, 2, 3, 4)]
    assert [page.number for page in pages] == [1, 2, 3, 4]
    assert {(page.total_pages, page.total_events) for page in pages} == {(3, len(truth))}
    shown = [event for page in pages for event in page.events]
    assert [event.id for event in shown] == [event.id for event in truth]
    assert [event.created for event in shown] == [event.created_at for event in truth]
    assert [event.context for event in shown] == [event.context for event in truth]


def test_all_events(remote: Any, client: Any, cast: Any) -> None:
    for _ in range(30):
        audit.record_dashboard(remote.state, "USER_LOGIN", cast.own, {"accountId": cast.own})
    everything = audit.visible(remote.state, remote.state.account(cast.primary))
    assert len(everything) > 100
    assert [event.id for event in client.audit.all()] == [event.id for event in everything]


def test_events_that_match(client: Any, truth: Any) -> None:
    def ids(events: Any) -> list[str]:
        return [event.id for event in events]

    kinds = ("APP_CREATE", "USER_UPDATE")
    start, end = truth[60].created_at, truth[20].created_at
    between = [event for event in truth if start <= event.created_at <= end]
    assert ids(client.audit.all(event_types=kinds)) == [e.id for e in truth if e.type in kinds]
    assert ids(client.audit.all(start=start, end=end)) == ids(between)
    assert ids(client.audit.page(start=start + timedelta(seconds=1), end=end, size=9).events) == (
        ids(between[:-1][:9])
    )
    [one] = client.audit.all(search_text=truth[3].id)
    assert one.id == truth[3].id
    assert list(client.audit.all(search_text="no such text")) == []


def test_who_did_it_is_known_for_the_dashboard_only(remote: Any, client: Any, cast: Any) -> None:
    audit.record_dashboard(remote.state, "USER_LOGIN", cast.primary, {"accountId": cast.primary})
    fresh = remote.heard.keep(Secret("Fresh4Canary-of-tests"))
    assert isinstance(client.secrets.create(fresh, cast.own), Ok)
    by_api, in_dashboard = client.audit.page(size=2).events
    assert (by_api.event_type, by_api.account_id) == ("ACCOUNT_SECRET_CREATE", cast.own)
    assert (by_api.source, by_api.user_email, by_api.user_id) == ("DEVAPI", None, None)
    user_id, user_email = audit.USERS[0]
    assert (in_dashboard.source, in_dashboard.user_email) == ("CD", user_email)
    assert in_dashboard.user_id == user_id


def test_one_event(remote: Any, client: Any, cast: Any, truth: Any) -> None:
    shown = client.audit.get(truth[0].id)
    assert (shown.id, shown.event_type, shown.source_ip) == (
        truth[0].id, truth[0].type, truth[0].ip
    )  # fmt: skip
    for somebody, event_id in [(client, "no-such-event"), (remote.client(cast.own), truth[0].id)]:
        with pytest.raises(errors.NotFound):
            somebody.audit.get(event_id)


def test_types_of_events(client: Any) -> None:
    assert {one.type: one.description for one in client.audit.types()} == audit.TYPES


def test_wrong_secrets_see_nothing(remote: Any) -> None:
    stranger = remote.client(secret=Secret("Wrong4Canary-of-the-tests"))
    for ask in (stranger.audit.page, stranger.audit.types, lambda: list(stranger.audit.all())):
        with pytest.raises(errors.Unauthorized):
            ask()
