"""The middleware that says through which door a request came (system.askers)."""

import re
from collections.abc import Callable
from functools import partial

from django.http import HttpRequest, HttpResponse

from system.addresses import address_of
from system.askers import NOBODY, Asker, Caller, Door, asking
from system.authentication import Principal

API, METRICS = "/api/", "/metrics"
# Where messages from outside arrive; everything else under it is about webhooks.
MESSAGE = re.compile(r"/api/v1/hooks/[^/]+")

GetResponse = Callable[[HttpRequest], HttpResponse]


def door_middleware(get_response: GetResponse) -> GetResponse:
    def answered(request: HttpRequest) -> HttpResponse:
        door = door_of(request.method or "", request.path_info)
        with asking(Asker(door, address_of(request), partial(caller_of, request))):
            response = get_response(request)
        # What is behind a door is for the one who was let in; static files do not come this far.
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return answered


def is_api(path: str) -> bool:
    return path.startswith(API) or path == METRICS


def door_of(method: str, path: str) -> Door:
    if not is_api(path):
        return Door.CONSOLE
    return Door.WEBHOOK if method == "POST" and MESSAGE.fullmatch(path) else Door.API


def caller_of(request: HttpRequest) -> Caller:
    """Who was let in: by a token or session of the API, or as the user of the console."""
    principal = getattr(request, "auth", None)
    if isinstance(principal, Principal):
        return Caller(principal.name, principal.token)
    user = getattr(request, "user", None)
    return Caller(user.get_username()) if user is not None and user.is_authenticated else NOBODY
