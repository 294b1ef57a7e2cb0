"""The address of every page that the console has, of which nothing is empty."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, reverse

from agents.models import AgentConfiguration
from executions.models import Execution
from scheduling.models import Schedule
from system.models import AppSetting
from system.roles import Role
from tests.console import Everything, an_agent, console_url, everything, registered, signed_in

NOWHERE = "/no/page/"
USUAL = ("changelist", "change", "history", "add", "delete")


@dataclass(frozen=True)
class Address:
    """`kind` is the same for pages of one template."""

    path: str
    kind: str


def every_page() -> list[Address]:
    """Make something of everything, and say where it is shown. Of histories, which are all alike, two."""
    things = everything()
    idle = an_agent("idle", name="Idle")
    pages = [*_pages_of_the_site(), Address(NOWHERE, NOWHERE)]
    for model in registered():
        pages += _pages_of(model, things)
    for run in (things.failed, things.waiting):
        pages.append(Address(console_url(Execution, "change", run.uid), f"{run.status} execution"))
    for model in (AgentConfiguration, AppSetting):
        pages.append(Address(console_url(model, "history", things.key(model)), "history"))
    pages += [Address(console_url(model, "add"), "add") for model in (AgentConfiguration, User, Schedule)]
    return [*pages, Address(console_url(AgentConfiguration, "delete", idle.pk), "delete")]


def _pages_of_the_site() -> Iterator[Address]:
    names = [route.name for route in admin.site.get_urls() if isinstance(route, URLPattern) and route.name]
    addresses = ["/system/", *(reverse(f"admin:{name}") for name in names if _has_no_key(name))]
    yield from (Address(address, address) for address in _shown(addresses))


def _has_no_key(name: str) -> bool:
    try:
        reverse(f"admin:{name}")
    except NoReverseMatch:
        return False
    return name not in ("login", "logout")


def _pages_of(model: type[Model], things: Everything) -> Iterator[Address]:
    """Its list, one of it, and whatever pages it has beside the usual ones."""
    shown = admin.site.get_model_admin(model)
    yield Address(console_url(model, "changelist"), f"list {shown.change_list_template or ''}")
    page = console_url(model, "change", things.key(model))
    yield Address(page, "execution" if model is Execution else f"change {shown.change_form_template or ''}")
    for route in shown.get_urls():
        if route.name and not route.name.endswith(USUAL):
            needs_key = "<" in str(route.pattern)
            url = reverse(f"admin:{route.name}", args=[things.key(model)] if needs_key else [])
            yield from (Address(address, route.name) for address in _shown([url]))


def _shown(addresses: list[str]) -> Iterator[str]:
    """Those that answer with a whole page: not with a file, a piece of one, or only to a form."""
    client: Client = signed_in(Role.ADMIN)
    for address in addresses:
        answer = client.get(address)
        is_page = answer.status_code == 200 and answer["Content-Type"].startswith("text/html")
        if is_page and b"</html>" in answer.content:
            yield address
    User.objects.filter(username="the admin").delete()
