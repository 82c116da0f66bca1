from django.urls import path

from accounts.views import (
    connecting,
    detail,
    listing,
    matrix,
    mirror,
    of_member,
    overview,
    people,
    tagging,
    tags,
)

app_name = "accounts"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("accounts/", listing.accounts, name="list"),
    path("accounts/<str:api_key>/", detail.account, name="detail"),
    path("accounts/<str:api_key>/people/", people.people, name="people"),
    path("accounts/<str:api_key>/tags/", tags.of_account, name="account_tags"),
    path("tags/", tags.tags, name="tags"),
    path("tags/<int:pk>/", tagging.tag, name="tag"),
    path("tags/<int:pk>/put/", tagging.put, name="put_tag"),
    path("tags/<int:pk>/remove/", tags.remove, name="remove_tag"),
    path("team/matrix/", matrix.matrix, name="matrix"),
    path("team/matrix/export/", matrix.export, name="export_matrix"),
    path("team/<int:pk>/accounts/", of_member.accounts, name="of_member"),
    path("connect/", connecting.connect, name="connect"),
    path("freshness/", mirror.freshness, name="freshness"),
    path("refresh/", mirror.refresh, name="refresh"),
]
