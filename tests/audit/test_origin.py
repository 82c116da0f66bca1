import pytest
import structlog
from django.http import HttpResponse
from django.urls import path

from audit.middleware import requests_have_an_origin
from audit.origin import address_of, current_origin
from dashboard.urls import urlpatterns
from teams.access import public


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "", "192.0.2.9"),
        (0, "203.0.113.1", "192.0.2.9"),
        (1, "203.0.113.1", "203.0.113.1"),
        (1, "6.6.6.6, 203.0.113.1", "203.0.113.1"),
        (2, "6.6.6.6, 203.0.113.1, 10.0.0.1", "203.0.113.1"),
        (2, "203.0.113.1", "192.0.2.9"),
        (1, "", "192.0.2.9"),
        (1, "203.0.113.1:4711", "203.0.113.1"),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "2001:DB8:0::1", "2001:db8::1"),
        (1, "fe80::1%" + "x" * 99, "fe80::1"),
        (1, "<script>", ""),
        (1, "[", ""),
    ],
)
def test_address_is_that_of_the_person(proxies, forwarded, expected, rf, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert address_of(rf.get("/", headers=headers, REMOTE_ADDR="192.0.2.9")) == expected


def test_connection_without_an_address(rf):
    assert address_of(rf.get("/", REMOTE_ADDR="")) == ""


def test_each_request_has_an_id_of_its_own_and_log_lines_carry_it(rf):
    seen = []

    def view(request):
        seen.append((current_origin(), structlog.contextvars.get_contextvars()["request_id"]))

    answer = requests_have_an_origin(view)
    for _ in range(2):
        answer(rf.get("/", headers={"X-Request-ID": "chosen"}))
    (one, logged), (two, _) = seen
    assert one.ip == "127.0.0.1"
    assert one.request_id == logged != two.request_id
    assert "chosen" not in {one.request_id, two.request_id}
    assert current_origin().request_id == ""
    assert "request_id" not in structlog.contextvars.get_contextvars()


@public(reason="shows where it was asked from")
def where_from(request):
    origin = current_origin()
    return HttpResponse(f"{origin.ip} {len(origin.request_id)}")


class Addresses:
    urlpatterns = [path("where-from", where_from), *urlpatterns]


def test_product_gives_every_request_an_origin(client, settings, db):
    settings.ROOT_URLCONF = Addresses
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    answer = client.get("/where-from", headers={"X-Forwarded-For": "203.0.113.1"})
    assert answer.content == b"203.0.113.1 32"
