from django.http import HttpRequest, HttpResponse
from django.urls import path


def stranger(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """Answer without asking who it is."""
    return HttpResponse(b"ok")


def somebody(request: HttpRequest) -> HttpResponse:
    """Do nothing but find out who it is."""
    return HttpResponse(str(request.user.pk).encode())


urlpatterns = [path("stranger/", stranger), path("somebody/", somebody)]
