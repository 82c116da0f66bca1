"""Somebody with a browser, of whom all is kept that was asked for and answered."""

import re
from typing import Any

from django.conf import settings
from django.test import Client

from tests.canary.canaries import Canary, Places

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


class Person:
    """A browser. What the server answers with is kept by place; session keys become canaries."""

    def __init__(self, places: Places, canaries: list[Canary]) -> None:
        self.browser = Client(raise_request_exception=False, headers={"User-Agent": FIREFOX})
        self._places = places
        self._canaries = canaries

    def get(self, path: str, **query: Any) -> Any:
        """Look at a page."""
        return self._kept("GET", path, self.browser.get(path, query))

    def post(self, path: str, given: dict[str, Any] | None = None, *, status: int = 0) -> Any:
        """Send a form; what comes back must be a success unless another status is named."""
        answer = self._kept("POST", path, self.browser.post(path, given or {}))
        right = answer.status_code == status if status else answer.status_code < 400
        assert right, (path, answer.status_code, text(answer)[-3000:])
        return answer

    def send(self, method: str, path: str) -> Any:
        """Ask with a method of choice."""
        return self._kept(method, path, self.browser.generic(method, path))

    def form(self, path: str, name: str = "token") -> str:
        """Return the value of a hidden field of the form of a page."""
        page = text(self.get(path))
        found = re.search(rf'name="{name}" value="([^"]+)"', page)
        assert found, page[-3000:]
        return found[1]

    def ask(self, path: str, given: dict[str, Any] | None = None, **confirmed: str) -> str:
        """Fill in the form of an operation, confirm its draft, return the address of its page."""
        drafted = self.post(path, {"token": self.form(path), **(given or {})})
        self.get(drafted["Location"])
        return str(self.post(drafted["Location"], confirmed)["Location"])

    def _kept(self, method: str, path: str, answer: Any) -> Any:
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        answer.said = body.decode()
        kind = "export" if "attachment" in answer.get("Content-Disposition", "") else "page"
        self._places.add(f"{kind}:{method} {_shape(path)}", body)
        cookies = [each.OutputString() for each in answer.cookies.values()]
        self._places.add("headers", str({**answer.headers}))
        self._places.add("cookies", str(cookies))
        morsel = self.browser.cookies.get(settings.SESSION_COOKIE_NAME)
        if morsel and morsel.value:
            key = Canary("session key", morsel.value)
            key in self._canaries or self._canaries.append(key)
        return answer


def text(answer: Any) -> str:
    """Return the body of an answer."""
    return str(answer.said)


def _shape(path: str) -> str:
    """Return the address of a page without what is different each time."""
    path = re.sub(r"/operations/[^/]+/", "/operations/…/", path.partition("?")[0])
    path = re.sub(r"/accounts/[^/]+/", "/accounts/…/", path)
    path = re.sub(r"/(hand-over|setup|invitation)/[^/]{20,}/", r"/\1/…/", path)
    return re.sub(r"/password/reset/[^/]+-[^/]+/", "/password/reset/…/", path)
