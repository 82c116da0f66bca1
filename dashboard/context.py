"""What every template knows."""

from django.http import HttpRequest


def product(request: HttpRequest) -> dict[str, object]:
    """Return the person's place in a workspace, where the page is inside one."""
    return {"actor": getattr(request, "actor", None)}
