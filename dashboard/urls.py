"""All addresses. The account is in the address, so that links can be shared and tabs do not mix."""

from django.urls import include, path

from api_secrets.urls import public_urlpatterns
from dashboard.views import activity, errors, home, system
from usage.urls import public_urlpatterns as usage_urlpatterns

urlpatterns = [
    path("", home.home, name="home"),
    path("livez", system.livez, name="livez"),
    path("readyz", system.readyz, name="readyz"),
    path("", include("teams.urls")),
    path("", include("teams.door.urls")),
    path("", include(public_urlpatterns)),
    path("", include(usage_urlpatterns)),
    path("w/<slug:slug>/activity/", activity.activity, name="activity"),
    path("w/<slug:slug>/activity/export/", activity.export, name="activity_export"),
    path("w/<slug:slug>/", include("phone_numbers.urls")),
    path("w/<slug:slug>/", include("account_settings.urls")),
    path("w/<slug:slug>/", include("api_secrets.urls")),
    path("w/<slug:slug>/", include("pricing.urls")),
    path("w/<slug:slug>/", include("usage.urls")),
    path("w/<slug:slug>/", include("statements.urls")),
    path("w/<slug:slug>/", include("log_search.urls")),
    path("w/<slug:slug>/", include("remote_events.urls")),
    path("w/<slug:slug>/", include("topups.urls")),
    path("w/<slug:slug>/", include("subaccounts.urls")),
    path("w/<slug:slug>/", include("accounts.urls")),
    path("w/<slug:slug>/team/", include("teams.workspace_urls")),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler429 = errors.too_many  # allauth asks for it
handler500 = errors.server_error
