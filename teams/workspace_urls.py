"""A workspace's team: everything below `/w/<slug>/team/`."""

from django.urls import path

from teams.views import granting, inviting, member, membership, requests, roles, team, viewing

app_name = "team"
urlpatterns = [
    path("", team.team, name="team"),
    path("invite/", inviting.invite, name="invite"),
    path("invitations/<int:pk>/resend/", inviting.resend, name="resend"),
    path("invitations/<int:pk>/withdraw/", inviting.withdraw, name="withdraw"),
    path("leave/", membership.leave, name="leave"),
    path("roles/", roles.roles, name="roles"),
    path("roles/new/", roles.make, name="make_role"),
    path("roles/ready-made/<slug:code>/", roles.preset, name="preset"),
    path("roles/<int:pk>/", roles.role, name="role"),
    path("roles/<int:pk>/remove/", roles.remove, name="remove_role"),
    path("view-as/stop/", viewing.stop, name="stop_viewing"),
    path("<int:pk>/", member.member, name="member"),
    path("<int:pk>/remove/", membership.remove, name="remove"),
    path("<int:pk>/suspend/", membership.suspend, name="suspend"),
    path("<int:pk>/reset-factors/", membership.reset_factors, name="reset_factors"),
    path("<int:pk>/resume/", membership.resume, name="resume"),
    path("<int:pk>/view-as/", viewing.start, name="view_as"),
    path("<int:pk>/give/", granting.give, name="give"),
    path("<int:pk>/grants/<int:grant>/", granting.change, name="change_grant"),
    path("<int:pk>/grants/<int:grant>/end/", granting.end, name="end_grant"),
    path("requests/", requests.requests, name="requests"),
    path("requests/<int:pk>/decline/", requests.decline, name="decline_request"),
]
