"""Where the program's addresses begin: the API, and the screens."""

from django.urls import include, path

from circuito.api.site import api

handler400 = "circuito.web.views.errors.bad_request"
handler403 = "circuito.web.views.errors.forbidden"
handler404 = "circuito.web.views.errors.not_found"
handler500 = "circuito.web.views.errors.broken"

urlpatterns = [
    path("api/v1/", api.urls),
    path("", include("circuito.web.urls")),
]
