"""Links in Vonage's answers. Whoever stands behind one would receive the credentials."""

from urllib.parse import parse_qsl, urlsplit


def on_host(url: str, host: str) -> bool:
    """Whether an absolute link leads to `host`, given as scheme://host[:port], and only there."""
    try:
        parts = urlsplit(url)
        same = (parts.scheme, parts.netloc.lower()) == _origin(host)
    except ValueError:
        return False
    # What is cut out while a link is read could make two readers see two hosts.
    return same and url.isascii() and url.isprintable() and not set(url) & set(" \\")


def query_of(url: str) -> dict[str, str]:
    """Return the parameters of a link."""
    return dict(parse_qsl(urlsplit(url).query))


def _origin(host: str) -> tuple[str, str]:
    parts = urlsplit(host)
    return parts.scheme, parts.netloc.lower()
