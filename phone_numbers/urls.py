from django.urls import path

from phone_numbers.views import moving, numbers

app_name = "phone_numbers"
urlpatterns = [
    path("numbers/", numbers.index, name="index"),
    path("numbers/export/", numbers.export, name="export"),
    path("numbers/transfer/", moving.transfer, name="transfer"),
    path("numbers/moves/<key>/", moving.moves, name="moves"),
    path("accounts/<str:api_key>/numbers/read/", numbers.read, name="read"),
]
