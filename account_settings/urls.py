from django.urls import path

from account_settings.views import applying, settings, templates

app_name = "account_settings"
urlpatterns = [
    path("accounts/<str:api_key>/settings/", settings.index, name="index"),
    path("accounts/<str:api_key>/settings/read/", settings.read, name="read"),
    path("accounts/<str:api_key>/settings/change/", settings.change, name="change"),
    path("accounts/<str:api_key>/settings/leave/", settings.leave, name="leave"),
    path("settings-templates/", templates.index, name="templates"),
    path("settings-templates/new/", templates.new, name="new_template"),
    path("settings-templates/<int:pk>/", templates.template, name="template"),
    path("settings-templates/<int:pk>/edit/", templates.edit, name="edit_template"),
    path("settings-templates/<int:pk>/remove/", templates.remove, name="remove_template"),
    path("settings-templates/<int:pk>/apply/", applying.apply, name="apply_template"),
]
