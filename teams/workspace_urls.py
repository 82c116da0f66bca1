"""A workspace's team: everything below `/w/<slug>/team/`."""

from django.urls import path

from teams.views import inviting, membership

app_name = "team"
urlpatterns = [
    path("invite/", inviting.invite, name="invite"),
    path("invitations/<int:pk>/resend/", inviting.resend, name="resend"),
    path("invitations/<int:pk>/withdraw/", inviting.withdraw, name="withdraw"),
    path("leave/", membership.leave, name="leave"),
    path("<int:pk>/remove/", membership.remove, name="remove"),
    path("<int:pk>/suspend/", membership.suspend, name="suspend"),
    path("<int:pk>/resume/", membership.resume, name="resume"),
]
