from django.urls import path

from log_search.views import downloads, found, searches

app_name = "log_search"
urlpatterns = [
    path("logs/", searches.index, name="index"),
    path("logs/<uuid:pk>/", found.search, name="search"),
    path("logs/<uuid:pk>/stop/", searches.stop, name="stop"),
    path("logs/<uuid:pk>/again/", searches.again, name="again"),
    path("logs/<uuid:pk>/download/", downloads.download, name="download"),
    path("logs/<uuid:pk>/records/<int:place>/", found.record, name="record"),
]
