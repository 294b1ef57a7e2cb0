"""Every page of the console, from its registry and its routes: a new one is among them by itself."""

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.urls import URLPattern, reverse

from tests.console import registered

LEFT_OUT = "logout"  # a GET is refused, and it would be no page
Key = Callable[[type[Model]], Any]


def console_pages(key: Key) -> dict[str, str]:
    """Paths by name. `key` gives what stands in a URL for the row whose pages are looked at.

    Among them are what only takes a POST, and what leads to another page.
    """
    return dict([*_pages_of_the_site(), *_pages_of_models(key)])


def _pages_of_the_site() -> Iterator[tuple[str, str]]:
    for route in admin.site.get_urls():
        if isinstance(route, URLPattern) and route.name not in (None, LEFT_OUT) and not _parameters(route):
            yield route.name, reverse(f"admin:{route.name}")
    for app in sorted({model._meta.app_label for model in registered()}):
        yield f"app_list of {app}", reverse("admin:app_list", args=[app])


def _pages_of_models(key: Key) -> Iterator[tuple[str, str]]:
    for model in registered():
        for route in admin.site.get_model_admin(model).get_urls():
            if isinstance(route, URLPattern) and route.name:
                arguments = [key(model)] * _parameters(route)
                yield route.name, reverse(f"admin:{route.name}", args=arguments)


def _parameters(route: URLPattern) -> int:
    expression = getattr(route.pattern, "regex", None)
    return expression.groups if expression else len(route.pattern.converters)


def views_of_list(answer: Any) -> Iterator[str]:
    """Of the page of a list: the queries of its second page, a search, and one of each of its filters."""
    changes = (getattr(answer, "context_data", None) or {}).get("cl")
    if changes is None:
        return
    if changes.result_count > changes.list_per_page:
        yield "?p=2"
    if changes.search_fields:
        yield "?q=lost"
    for chooser in changes.filter_specs:
        queries = (choice.get("query_string", "?") for choice in chooser.choices(changes))
        yield from [query for query in queries if query != "?"][:1]
