"""An open socket is closed with 4401 within 5 seconds of the right being withdrawn; the others stay."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta

from django.contrib.auth.models import Group, User
from django.utils import timezone
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from system.models import ApiToken, ConsoleSession
from system.roles import Role
from system.sessions import SessionStore, end_session
from tests.live.site import Site, Watcher

WITHIN_SECONDS = 5.0


def seconds_to_close(connection: ClientConnection) -> tuple[int, float]:
    began = time.monotonic()
    try:
        while True:
            connection.recv(WITHIN_SECONDS + 5)
    except ConnectionClosed as closed:
        return (closed.rcvd.code if closed.rcvd else 0), time.monotonic() - began


def sign_out(cookie: str) -> None:
    """What /logout/ does to the session."""
    SessionStore(cookie.partition("=")[2]).delete()


def test_whatever_is_withdrawn_closes_its_socket_and_no_other(site: Site) -> None:
    viewer = Group.objects.get(name="viewer")
    names = ("left", "ended", "fired", "moved", "hacked", "stays")
    people = {name: site.user(name, Role.VIEWER) for name in names}
    cookies = {name: site.cookie_of(user) for name, user in people.items()}
    (revoked, revoked_raw), (expiring, expiring_raw), (_, lasting_raw) = (site.token() for _ in range(3))
    withdrawals: dict[str, Callable[[], object]] = {
        "left": lambda: sign_out(cookies["left"]),
        "fired": lambda: User.objects.filter(username="fired").update(is_active=False),
        "moved": lambda: people["moved"].groups.remove(viewer),
        "hacked": lambda: User.objects.filter(username="hacked").update(password="another"),
        "ended": lambda: end_session(ConsoleSession.objects.get(user=people["ended"])),
        "revoked": lambda: ApiToken.objects.filter(pk=revoked.pk).update(revoked_at=timezone.now()),
        "expiring": lambda: ApiToken.objects.filter(pk=expiring.pk).update(
            expires_at=timezone.now() + timedelta(milliseconds=1)
        ),
    }
    tokens = {"revoked": revoked_raw, "expiring": expiring_raw, "lasting": lasting_raw}
    with ExitStack() as stack:
        sockets = {
            name: stack.enter_context(
                connect(site.url(), origin=site.origin, additional_headers={"Cookie": cookie})
            )
            for name, cookie in cookies.items()
        }
        for name, raw in tokens.items():
            headers = {"Authorization": f"Bearer {raw}"}
            sockets[name] = stack.enter_context(connect(site.url(), additional_headers=headers))
        staying = [Watcher(sockets.pop(name)) for name in ("stays", "lasting")]
        for withdraw in withdrawals.values():
            withdraw()
        closed = {name: seconds_to_close(connection) for name, connection in sockets.items()}
        _, tracker = site.running()
        tracker.complete()
        for watcher in staying:
            assert watcher.until("execution:completed")

    assert {name: code for name, (code, _) in closed.items()} == dict.fromkeys(withdrawals, 4401)
    assert sum(seconds for _, seconds in closed.values()) < WITHIN_SECONDS


def test_who_is_no_operator_any_longer_keeps_watching_but_cannot_cancel(site: Site) -> None:
    execution = site.pending()
    with site.watch(role=Role.OPERATOR) as watcher:
        ApiToken.objects.filter(role="operator").update(role="viewer")
        time.sleep(WITHIN_SECONDS)  # in which it must become known
        watcher.say("cancel:execution", execution_id=str(execution.uid))
        answer = watcher.until("error")[-1]

    assert "Only an operator may cancel" in answer["data"]["message"]
    execution.refresh_from_db()
    assert execution.status == "pending"
