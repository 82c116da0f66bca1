"""The first start and one's own profile; below a workspace, its team."""

from django.urls import path

from teams.views import profile, setup

app_name = "teams"
urlpatterns = [
    path("setup/", setup.setup, name="setup"),
    path("setup/<token>/", setup.enter_setup, name="enter_setup"),
    path("me/", profile.me, name="me"),
]
