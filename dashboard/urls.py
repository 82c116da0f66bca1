"""All addresses. The account is in the address, so that links can be shared and tabs do not mix."""

from allauth.account import views as door
from django.urls import include, path, re_path

from dashboard.views import activity, errors, home, system
from teams.access import public, signed_in

_to_get_in = public("people come here to get in")

urlpatterns = [
    path("", home.home, name="home"),
    path("livez", system.livez, name="livez"),
    path("readyz", system.readyz, name="readyz"),
    path("", include("teams.urls")),
    path("sign-in/", _to_get_in(door.login), name="account_login"),
    path("sign-out/", public("leaving twice is no error")(door.logout), name="account_logout"),
    path(
        "password/change/",
        signed_in("one's own password")(door.password_change),
        name="account_change_password",
    ),
    path("password/reset/", _to_get_in(door.password_reset), name="account_reset_password"),
    path(
        "password/reset/done/",
        _to_get_in(door.password_reset_done),
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        _to_get_in(door.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/finished/",
        _to_get_in(door.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path(
        "confirm-email/",
        _to_get_in(door.email_verification_sent),
        name="account_email_verification_sent",
    ),
    path("confirm-email/<key>/", _to_get_in(door.confirm_email), name="account_confirm_email"),
    path(
        "reauthenticate/",
        signed_in("to prove who one is")(door.reauthenticate),
        name="account_reauthenticate",
    ),
    path("w/<slug:slug>/activity/", activity.activity, name="activity"),
    path("w/<slug:slug>/activity/export/", activity.export, name="activity_export"),
    path("w/<slug:slug>/", include("accounts.urls")),
    path("w/<slug:slug>/team/", include("teams.workspace_urls")),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
