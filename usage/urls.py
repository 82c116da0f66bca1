from django.urls import path

from usage.views import budget, callbacks, daily, downloads, orders, reports, sums

app_name = "usage"
urlpatterns = [
    path("usage/", sums.index, name="index"),
    path("usage/export/", sums.export, name="export"),
    path("usage/budget/", budget.budget, name="budget"),
    path("usage/keeping/", budget.keeping, name="keeping"),
    path("usage/daily/", daily.daily, name="daily"),
    path("usage/reports/", reports.index, name="reports"),
    path("usage/reports/new/", orders.new, name="order"),
    path("usage/reports/<int:pk>/", reports.report, name="report"),
    path("usage/reports/<int:pk>/cancel/", orders.cancel, name="cancel"),
    path("usage/reports/<int:pk>/again/", orders.again, name="again"),
    path("usage/reports/<int:pk>/anew/", orders.anew, name="anew"),
    path("usage/reports/<int:pk>/download/", downloads.download, name="download"),
]

# Vonage is in no workspace: the token is the key.
public_urlpatterns = [
    path("callbacks/reports/<token>/", callbacks.report, name="report_callback"),
]
