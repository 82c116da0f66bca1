import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpResponse
from django.test import RequestFactory
from django_htmx.middleware import HtmxMiddleware

from ui import htmx

PAGE = "sample.html"
SOURCE = "<html>{% partialdef table inline %}<table>{{ word }}</table>{% endpartialdef %}</html>"


@pytest.fixture(autouse=True)
def sample_page(settings, tmp_path):
    """Give Django a page with a part, and nothing else."""
    (tmp_path / PAGE).write_text(SOURCE)
    templates = settings.TEMPLATES[0]
    settings.TEMPLATES = [{**templates, "DIRS": [tmp_path], "OPTIONS": {**templates["OPTIONS"]}}]


def request(**headers: str):
    """Return a request as it reaches a view."""
    made = RequestFactory().get("/", headers=headers)
    HtmxMiddleware(lambda _: HttpResponse())(made)
    made._messages = CookieStorage(made)
    return made


LIVELY = {"HX-Request": "true"}


def body(response: HttpResponse) -> str:
    return response.content.decode()


@pytest.mark.parametrize(
    ("headers", "is_part"),
    [
        ({}, False),
        (LIVELY, True),
        ({**LIVELY, "HX-Boosted": "true"}, False),
        ({**LIVELY, "HX-History-Restore-Request": "true"}, False),
        ({"HX-Target": "table"}, False),
    ],
)
def test_a_part_is_for_htmx_alone(headers, is_part):
    response = htmx.render_page(request(**headers), PAGE, {"word": "x"}, partial="table")
    assert body(response) == ("<table>x</table>" if is_part else "<html><table>x</table></html>")
    assert "HX-Request" in response["Vary"]


def test_without_a_part_htmx_gets_the_page():
    assert body(htmx.render_page(request(**LIVELY), PAGE)).startswith("<html>")


def test_a_page_is_drawn_where_the_middleware_was_not_passed():
    bare = RequestFactory().get("/", headers=LIVELY)
    assert body(htmx.render_page(bare, PAGE, partial="table")).startswith("<html>")


def test_an_invalid_form_is_422_with_the_same_part():
    response = htmx.invalid(request(**LIVELY), PAGE, {"word": "x"}, partial="table")
    assert (response.status_code, body(response)) == (422, "<table>x</table>")


def test_done_redirects_and_leaves_a_message():
    asked = request()
    response = htmx.done(asked, to="/there/", message="Saved.")
    assert (response.status_code, response["Location"]) == (303, "/there/")
    assert [str(message) for message in get_messages(asked)] == ["Saved."]


def test_done_takes_the_whole_page_along():
    response = htmx.done(request(**LIVELY), to="/there/")
    assert (response.status_code, response["HX-Redirect"]) == (200, "/there/")
    assert "Location" not in response


def test_an_event_is_fired_in_the_browser():
    assert (
        htmx.with_event(HttpResponse(), "mirror-changed")["HX-Trigger"] == '{"mirror-changed": {}}'
    )


def test_nothing_new_is_nothing():
    response = htmx.unchanged()
    assert (response.status_code, response.content) == (204, b"")
