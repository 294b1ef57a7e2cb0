"""Where the messages of a hook go, as whoever asks can reach it."""

from django.http import HttpRequest
from django.urls import reverse


def url_of(request: HttpRequest, slug: str) -> str:
    return request.build_absolute_uri(reverse("api:receive_message", kwargs={"slug": slug}))
