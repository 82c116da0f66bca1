"""One request and one response, as the endpoints see them."""

import gzip
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qs

from simulator import wire

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

JSON = "application/json"
PROBLEM = "application/problem+json"
FORM = "application/x-www-form-urlencoded"
SUCCESS = {"error-code": "200", "error-code-label": "success"}  # of the rest host
STALE = "simulator.stale_seconds"  # how the environ says it
Fields = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Request:
    """A request whose body was read. What may hold a secret stays out of the repr."""

    method: str
    path: str
    authorization: str = field(default="", repr=False)
    query: Fields = field(default_factory=dict, repr=False)
    form: Fields = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    accepts_gzip: bool = False
    accept: str = ""
    media_type: str = ""  # of the body, without parameters
    base_url: str = "http://localhost"  # under which the client knows us
    ip: str = "127.0.0.1"
    stale_seconds: float = 0  # a list answers as it was so long ago

    @classmethod
    def from_environ(cls, environ: "WSGIEnvironment") -> Self:
        """Read a WSGI environ, the body included."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        media_type = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
        return cls(
            method=environ["REQUEST_METHOD"],
            path=environ.get("PATH_INFO", "").encode("latin-1").decode(errors="replace"),
            authorization=environ.get("HTTP_AUTHORIZATION", ""),
            query=_fields(environ.get("QUERY_STRING", "")),
            form=_form(body, media_type),
            body=body,
            accepts_gzip=_accepts_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")),
            accept=environ.get("HTTP_ACCEPT", ""),
            media_type=media_type,
            base_url=f"{environ['wsgi.url_scheme']}://{host}",
            ip=environ.get("REMOTE_ADDR", ""),
            stale_seconds=environ.get(STALE, 0),
        )

    def parameters(self) -> dict[str, str]:
        """Return the fields of query and form, the first of each name; the form wins."""
        return {name: values[0] for name, values in (self.query | self.form).items()}

    def without_credentials(self) -> Self:
        """Return the same request as from somebody who has none that are right."""
        bare = {"api_key": [""], "api_secret": [""]}
        sent = self.form.keys() | self.query.keys()
        query = self.query | (bare if "api_key" in sent else {})
        form = {name: texts for name, texts in self.form.items() if name not in bare}
        authorization = "Basic Og==" if self.authorization else ""
        return replace(self, authorization=authorization, query=query, form=form)


class Body:
    """The bytes of an answer, and the same bytes packed once, when first asked for."""

    def __init__(self, plain: bytes) -> None:
        self.plain = plain

    @cached_property
    def packed(self) -> bytes:
        """The gzipped bytes. Level 1: the answer shall be quick, the line is local."""
        return gzip.compress(self.plain, compresslevel=1, mtime=0)


@dataclass(frozen=True, slots=True)
class Response:
    """An answer: status code, body, media type, further headers."""

    status: int
    body: Body
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()


def answer(content: object, *, status: int = 200, content_type: str = JSON) -> Response:
    """Return a response with `content` (see `wire.dumps`) as JSON."""
    return Response(status, Body(wire.dumps(content).encode()), content_type)


def _fields(text: str) -> Fields:
    return parse_qs(text, keep_blank_values=True)


def _form(body: bytes, media_type: str) -> Fields:
    """Return the form in a body, even where it claims to be JSON.

    The official Python SDK goes on to call its forms JSON once it has sent JSON.
    """
    is_json = media_type != FORM and body.lstrip()[:1] in {b"{", b"["}
    return {} if is_json else _fields(body.decode(errors="replace"))


def _accepts_gzip(header: str) -> bool:
    for offer in header.lower().split(","):
        coding, _, weight = offer.replace(" ", "").partition(";q=")
        if coding in {"gzip", "*"}:
            return weight.strip("0.") != "" or weight == ""
    return False
