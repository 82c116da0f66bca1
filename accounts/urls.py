from django.urls import path

from accounts.views import connecting, detail, listing, mirror, overview

app_name = "accounts"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("accounts/", listing.accounts, name="list"),
    path("accounts/<str:api_key>/", detail.account, name="detail"),
    path("connect/", connecting.connect, name="connect"),
    path("freshness/", mirror.freshness, name="freshness"),
    path("refresh/", mirror.refresh, name="refresh"),
]
