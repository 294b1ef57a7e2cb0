"""No way into the site that no table of roles knows: whoever adds one has to say for whom it is."""

from collections.abc import Iterator
from typing import Any

import pytest
from channels.routing import URLRouter
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from agents.models import Finding
from claudeops.asgi import application
from system.roles import Role
from tests.claudeops.test_api_roles import NEEDED, SIGNED
from tests.claudeops.test_console_roles import FOR_ALL as PAGES_FOR_ALL
from tests.claudeops.test_console_roles import FORMS, LIST_FORMS, PAGES_OF_THEIR_OWN, POSTS, SITE_PAGES
from tests.console import Everything, console_url, everything, registered, signed_in

pytestmark = pytest.mark.django_db

# Outside of the console: the API, beside its routes a page about itself, and what it says where it has none.
API_ITSELF = {"api-root", "openapi-json", "openapi-view"}
NO_SUCH_ROUTE = "^api(?:/|$)"
METRICS = "metrics"
# tests/live/test_who_may_watch.py tries each as each.
SOCKETS = {"ws/pulse/", "ws/executions/", "ws/executions/<uuid:uid>/", ""}  # the last: whatever else
OF_MODELS = ("changelist", "add", "history", "delete", "change")


def leaves(patterns: list[Any], path: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        here = f"{path}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from leaves(pattern.url_patterns, here)
        else:
            yield here, pattern


def known_pages() -> set[str | None]:
    names = {*SITE_PAGES, *PAGES_FOR_ALL, *PAGES_OF_THEIR_OWN, None}  # None: what Django redirects from
    for model in registered():
        pages = [*OF_MODELS, *(name for asked, name in (*POSTS, *FORMS, *LIST_FORMS) if asked is model)]
        names |= {f"{model._meta.app_label}_{model._meta.model_name}_{page}" for page in pages}
    return names


def test_every_route_is_in_a_table() -> None:
    paths = {path for _, path in (*NEEDED, SIGNED)}
    for path, route in leaves(get_resolver().url_patterns):
        if path in (NO_SUCH_ROUTE, METRICS):
            continue
        if path.startswith("api/v1/"):
            written = "/" + path.removeprefix("api/v1/").replace("<", "{").replace(">", "}")
            assert route.name in API_ITSELF or written in paths, path
        else:
            assert route.name in known_pages(), path


def test_every_socket_is_in_a_table() -> None:
    router = application.application_mapping["websocket"]
    assert isinstance(router, URLRouter)
    assert {str(route.pattern) for route in router.routes} == SOCKETS


@pytest.fixture
def things() -> Everything:
    return everything()


# What an operator may do to many rows; the rest is for admins alone.
OPERATORS_OWN: dict[type[Model], set[str]] = {
    Finding: {"acknowledge_chosen", "snooze_chosen_for_a_day", "snooze_chosen_for_a_week", "resolve_chosen"}
}


def bulk_actions(model: type[Model]) -> set[str]:
    return {action if isinstance(action, str) else action.__name__ for action in _actions(model)}


def _actions(model: type[Model]) -> list[Any]:
    page = admin.site.get_model_admin(model)
    return [] if page.actions is None else [*page.actions, "delete_selected"]


@pytest.mark.parametrize("asker", [None, Role.VIEWER, Role.OPERATOR])
def test_nobody_but_an_admin_does_anything_to_many_rows(things: Everything, asker: Role | None) -> None:
    """Through the lists' own actions, whether they are offered or not; through a list that may be edited."""
    client = Client() if asker is None else signed_in(asker)
    for model in registered():
        rows = model._default_manager.order_by("pk")
        before = list(rows.values())
        posted = {"_selected_action": list(rows.values_list("pk", flat=True))}
        own = OPERATORS_OWN.get(model, set()) if asker == Role.OPERATOR else set()
        for action in {"delete_selected", *bulk_actions(model)} - own:
            client.post(console_url(model, "changelist"), {**posted, "action": action, "post": "yes"})
        client.post(console_url(model, "changelist"), {"_save": "1", "form-TOTAL_FORMS": "1"})
        assert list(rows.values()) == before, model
