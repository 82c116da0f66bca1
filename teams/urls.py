"""The first start and one's own profile; below a workspace, its team."""

from django.urls import path

from teams.views import handover, joining, profile, setup, workspaces

app_name = "teams"
urlpatterns = [
    path("setup/", setup.setup, name="setup"),
    path("setup/<token>/", setup.enter_setup, name="enter_setup"),
    path("me/", profile.me, name="me"),
    path("invitation/", joining.invitation, name="invitation"),
    path("invitation/<token>/", joining.enter, name="enter_invitation"),
    path("w/<slug:slug>/settings/", workspaces.settings, name="settings"),
    path("w/<slug:slug>/settings/handover/", handover.show, name="handover"),
    path("w/<slug:slug>/settings/handover/offer/", handover.offer, name="offer_handover"),
    path("w/<slug:slug>/settings/handover/accept/", handover.accept, name="accept_handover"),
    path("w/<slug:slug>/settings/handover/decline/", handover.decline, name="decline_handover"),
    path("w/<slug:slug>/settings/handover/cancel/", handover.cancel, name="cancel_handover"),
]
