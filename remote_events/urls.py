from django.urls import path

from remote_events.views import outside

app_name = "remote_events"
urlpatterns = [
    path("changed-outside/", outside.changed, name="changed_outside"),
    path("changed-outside/transfers/", outside.transfers, name="transfers_outside"),
    path("changed-outside/read/", outside.read, name="read"),
]
