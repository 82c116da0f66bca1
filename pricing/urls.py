from django.urls import path

from pricing import views

app_name = "pricing"
urlpatterns = [
    path("prices/", views.index, name="index"),
    path("prices/changes/", views.changes, name="changes"),
    path("prices/standing/", views.standing, name="standing"),
    path("prices/read/", views.read, name="read"),
    path("prices/export/", views.export, name="export"),
]
