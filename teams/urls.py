from django.urls import path

from teams import views

app_name = "teams"
urlpatterns = [
    path("setup/", views.setup, name="setup"),
    path("setup/<token>/", views.enter_setup, name="enter_setup"),
    path("me/", views.me, name="me"),
]
