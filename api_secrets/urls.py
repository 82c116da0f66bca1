from django.urls import path

from api_secrets.views import handing_over, secrets

app_name = "api_secrets"
urlpatterns = [
    path("accounts/<str:api_key>/secrets/", secrets.index, name="index"),
    path("accounts/<str:api_key>/secrets/read/", secrets.read, name="read"),
    path("accounts/<str:api_key>/secrets/new/", secrets.add, name="add"),
    path("accounts/<str:api_key>/secrets/<int:pk>/revoke/", secrets.revoke, name="revoke"),
    path("operations/<str:reference>/hand-over/", handing_over.offer, name="offer"),
]

# Of those who are in no workspace: the link is the key.
public_urlpatterns = [
    path("hand-over/", handing_over.taking, name="hand_over"),
    path("hand-over/<token>/", handing_over.enter, name="enter_hand_over"),
]
