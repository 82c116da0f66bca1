from django.urls import path, register_converter

from statements.months import MonthConverter
from statements.views import mails, months, prices, records, statement

register_converter(MonthConverter, "month")

_ONE = "statements/<str:api_key>/<month:month>/"

app_name = "statements"
urlpatterns = [
    path("statements/", months.index, name="index"),
    path("statements/make/", months.make, name="make"),
    path("statements/export/", months.export, name="export"),
    path("statements/zip/", months.bundle, name="zip"),
    path("statements/schedule/", prices.schedule, name="schedule"),
    path("statements/mails/", mails.index, name="mails"),
    path("statements/mails/<int:pk>/again/", mails.again, name="mail_again"),
    path("statements/prices/", prices.index, name="prices"),
    path("statements/prices/<int:pk>/", prices.price_list, name="price_list"),
    path(_ONE, statement.page, name="statement"),
    path(f"{_ONE}csv/", statement.export, name="csv"),
    path(f"{_ONE}pdf/", statement.pdf, name="pdf"),
    path(f"{_ONE}records/", records.index, name="records"),
    path(f"{_ONE}records/csv/", records.export, name="records_csv"),
]
