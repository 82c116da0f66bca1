from django.urls import path

from api_secrets.views import campaigns, everywhere, handing_over, rotating, secrets

app_name = "api_secrets"
urlpatterns = [
    path("accounts/<str:api_key>/secrets/", secrets.index, name="index"),
    path("accounts/<str:api_key>/secrets/read/", secrets.read, name="read"),
    path("accounts/<str:api_key>/secrets/new/", secrets.add, name="add"),
    path("accounts/<str:api_key>/secrets/<int:pk>/revoke/", secrets.revoke, name="revoke"),
    path("accounts/<str:api_key>/secrets/rotate/", rotating.start, name="rotate"),
    path("accounts/<str:api_key>/secrets/hold/", rotating.hold, name="hold"),
    path("accounts/<str:api_key>/secrets/in-use/", rotating.confirm, name="confirm"),
    path("accounts/<str:api_key>/secrets/stop/", rotating.stop, name="stop"),
    path("secrets/", everywhere.index, name="everywhere"),
    path("secrets/policy/", everywhere.policy, name="policy"),
    path("secrets/campaigns/", campaigns.index, name="campaigns"),
    path("secrets/campaigns/new/", campaigns.begin, name="begin_campaign"),
    path("secrets/campaigns/<int:pk>/", campaigns.show, name="campaign"),
    path("secrets/campaigns/<int:pk>/stop/", campaigns.stop, name="stop_campaign"),
    path("secrets/campaigns/<int:pk>/resume/", campaigns.resume, name="resume_campaign"),
    path("operations/<str:reference>/hand-over/", handing_over.offer, name="offer"),
]

# Of those who are in no workspace: the link is the key.
public_urlpatterns = [
    path("hand-over/", handing_over.taking, name="hand_over"),
    path("hand-over/<token>/", handing_over.enter, name="enter_hand_over"),
]
