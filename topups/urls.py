from django.urls import path

from topups.views import auto_reload

app_name = "topups"
urlpatterns = [
    path("top-up/", auto_reload.index, name="index"),
    path("top-up/read/", auto_reload.read, name="read"),
    path("top-up/payment/", auto_reload.note, name="note"),
    path("top-up/new/", auto_reload.ask, name="ask"),
    path("top-up/meant-off/", auto_reload.meant_off, name="meant_off"),
]
