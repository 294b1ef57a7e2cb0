"""Who asks is known to what is done for them, and to nothing else."""

import threading

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from system.addresses import client_address, network_of
from system.askers import Asker, Caller, Door, asking, at_the_shell, current_asker
from system.audit import record
from system.doors import door_middleware, door_of
from tests.system.audit_log import last


def test_outside_of_all_doors_it_is_the_house() -> None:
    assert (current_asker().door, current_asker().address) == (Door.HOUSE, "")


def test_threads_know_each_their_own() -> None:
    barrier = threading.Barrier(3)
    found: dict[str, tuple[str, str]] = {}

    def ask(name: str) -> None:
        with asking(Asker(Door.API, f"address of {name}", lambda: Caller(name))):
            barrier.wait(5)
            asker = current_asker()
            found[name] = (asker.find_caller().name, asker.address)
            barrier.wait(5)

    threads = [threading.Thread(target=ask, args=(name,)) for name in ("ann", "bob")]
    for thread in threads:
        thread.start()
    barrier.wait(5)
    assert current_asker().door == Door.HOUSE
    barrier.wait(5)
    for thread in threads:
        thread.join()
    assert found == {"ann": ("ann", "address of ann"), "bob": ("bob", "address of bob")}


def test_a_request_that_fails_leaves_nothing_behind() -> None:
    def fail(request: HttpRequest) -> HttpResponse:
        assert current_asker().door == Door.API
        raise RuntimeError

    with pytest.raises(RuntimeError):
        door_middleware(fail)(RequestFactory().get("/api/v1/agents"))
    assert current_asker().door == Door.HOUSE


@pytest.mark.parametrize(
    ("request_line", "door"),
    [
        ("GET /", Door.CONSOLE),
        ("POST /agents/agentconfiguration/", Door.CONSOLE),
        ("POST /api/v1/agents", Door.API),
        ("POST /api/v1/hooks/deploy", Door.WEBHOOK),
        ("PATCH /api/v1/hooks/deploy", Door.API),
        ("POST /api/v1/hooks", Door.API),
        ("POST /api/v1/hooks/deploy/rotate", Door.API),
    ],
)
def test_the_path_says_which_door(request_line: str, door: Door) -> None:
    assert door_of(*request_line.split()) == door


@pytest.mark.django_db
def test_a_shell_is_known_by_its_account() -> None:
    with asking(at_the_shell("attic")), transaction.atomic():
        record("agent.change", "a", actor="command line")
    entry = last()
    assert (entry.door, entry.address) == ("command", "attic")
    assert entry.actor not in ("", "command line")


@pytest.mark.django_db
def test_where_nobody_asks_it_is_the_actor_that_was_named() -> None:
    with transaction.atomic():
        record("agent.change", "a", actor="nightly")
    assert (last().actor, last().door) == ("nightly", "house")


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "", "10.0.0.1"),
        (0, "6.6.6.6", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "6.6.6.6, 7.7.7.7", "7.7.7.7"),
        (2, "6.6.6.6, 7.7.7.7, 8.8.8.8", "7.7.7.7"),
        (2, "7.7.7.7", "7.7.7.7"),
        (1, "6.6.6.6, <script>", "10.0.0.1"),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_an_address_is_what_our_own_proxies_saw(
    settings: Settings, proxies: int, forwarded: str, address: str
) -> None:
    settings.PROXIES = proxies
    assert client_address("10.0.0.1", forwarded) == address


def test_a_visitor_has_a_whole_network_of_ipv6() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1") == "2001:db8::/64"
    assert network_of("::ffff:10.0.0.1") == network_of("10.0.0.1") == "10.0.0.1"
    assert network_of("") == ""


def test_static_files_and_pages_are_answered_as_before(client: Client, db: None) -> None:
    assert client.get("/login/").status_code == 200
