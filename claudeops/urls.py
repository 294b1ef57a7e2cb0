from django.contrib import admin
from django.urls import URLPattern, path, re_path

from claudeops import problems
from claudeops.api import api

API = api.urls
# Where Prometheus looks by itself; the API describes it as one of its routes.
(METRICS,) = (route for route in API[0] if isinstance(route, URLPattern) and route.name == "prometheus")

urlpatterns = [
    path("api/v1/", API),
    path("metrics", METRICS.callback),
    re_path(r"^api(?:/|$)", problems.no_such_route),
    path("", admin.site.urls),
]

handler400 = problems.bad_request
handler404 = problems.page_not_found
handler500 = problems.server_error
