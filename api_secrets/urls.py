from django.urls import path

from api_secrets import views

app_name = "api_secrets"
urlpatterns = [
    path("accounts/<str:api_key>/secrets/", views.index, name="index"),
    path("accounts/<str:api_key>/secrets/read/", views.read, name="read"),
    path("accounts/<str:api_key>/secrets/new/", views.add, name="add"),
    path("accounts/<str:api_key>/secrets/<int:pk>/revoke/", views.revoke, name="revoke"),
]
