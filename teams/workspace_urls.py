"""A workspace's team: everything below `/w/<slug>/team/`."""

from django.urls import path

from teams.views import requests

app_name = "team"
urlpatterns = [
    path("requests/", requests.requests, name="requests"),
    path("requests/<int:pk>/decline/", requests.decline, name="decline_request"),
]
