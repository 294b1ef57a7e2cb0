from django.contrib import admin
from django.urls import path, re_path

from claudeops import problems
from claudeops.api import api

urlpatterns = [
    path("api/v1/", api.urls),
    re_path(r"^api(?:/|$)", problems.no_such_route),
    path("", admin.site.urls),
]

handler400 = problems.bad_request
handler404 = problems.page_not_found
handler500 = problems.server_error
