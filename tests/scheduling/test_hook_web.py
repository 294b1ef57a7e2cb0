"""Messages over the real HTTP server, many at once, on both databases."""

import http.client
import json
import signal
import socket
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings
from django_q.models import OrmQ

from executions.models import Execution
from scheduling.models import Hook, HookDelivery, Scheme
from tests.faults.home import Home, eventually
from tests.scheduling.hooks import FIRING, a_hook, as_bytes, signed_headers

pytestmark = pytest.mark.processes

BODY = as_bytes(FIRING)


class Web:
    """The web process of a home, which knows the keys that these tests seal secrets with."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.process = self._start()

    def _start(self) -> Any:
        process = self.home.manage("web", CLAUDEOPS_ENCRYPTION_KEYS=",".join(settings.ENCRYPTION_KEYS))
        eventually("the web answers", self._answers)
        return process

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.home.port)) == 0

    def kill_and_start_again(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = self._start()

    def post(self, slug: str, body: bytes, headers: Mapping[str, Any]) -> tuple[int, Any]:
        """0 where the connection broke."""
        connection = http.client.HTTPConnection("127.0.0.1", self.home.port, timeout=30)
        try:
            connection.request("POST", f"/api/v1/hooks/{slug}", body, dict(headers))
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        except (OSError, http.client.HTTPException):
            return 0, None
        finally:
            connection.close()


@pytest.fixture
def web(any_home: Home) -> Web:
    return Web(any_home)


def send(web: Web, hook: Hook, message_id: str, body: bytes = BODY) -> tuple[int, Any]:
    return web.post(hook.slug, body, signed_headers(hook.scheme, body, message_id=message_id))


def at_once(count: int, ask: Any) -> list[tuple[int, Any]]:
    with ThreadPoolExecutor(10) as threads:
        return list(threads.map(ask, range(count)))


def assert_one(answers: list[tuple[int, Any]], slug: str) -> None:
    assert {status for status, _ in answers} == {202}
    assert len({answer["execution_id"] for _, answer in answers}) == 1
    assert sum(not answer["repeated"] for _, answer in answers) == 1
    assert Execution.objects.filter(trigger_source=slug).count() == 1
    assert HookDelivery.objects.filter(hook__slug=slug).count() == 1


def test_equal_messages_at_once_are_one_execution(web: Web) -> None:
    signed = a_hook("signed")
    assert_one(at_once(100, lambda _: send(web, signed, "msg_1")), "signed")
    github = a_hook("github", Scheme.GITHUB)
    assert_one(at_once(40, lambda number: send(web, github, f"other-{number}")), "github")
    bearer = a_hook("bearer", Scheme.BEARER)
    assert_one(at_once(40, lambda _: send(web, bearer, "")), "bearer")
    clash = a_hook("clash")
    bodies = [as_bytes({"n": number}) for number in range(20)]
    answers = at_once(20, lambda number: send(web, clash, "one id", bodies[number]))
    assert sorted(status for status, _ in answers) == [202] + [409] * 19
    many = a_hook("many")
    answers = at_once(40, lambda number: send(web, many, f"msg_{number}"))
    assert len({answer["execution_id"] for _, answer in answers}) == 40
    assert OrmQ.objects.count() == Execution.objects.count() == 44


def raw(web: Web, head: bytes, body: bytes = b"") -> int:
    with socket.create_connection(("127.0.0.1", web.home.port), 30) as wire:
        length = b"Content-Length: %d\r\n" % len(body)
        wire.sendall(
            b"POST /api/v1/hooks/alerts HTTP/1.1\r\nHost: 127.0.0.1\r\n" + length + head + b"\r\n" + body
        )
        answer = wire.recv(12)
    return int(answer.split()[1])


@pytest.fixture
def here(home: Home) -> Web:
    return Web(home)


def test_nothing_that_is_sent_gets_through_or_breaks_anything(here: Web) -> None:
    hook = a_hook()
    headers = signed_headers(hook.scheme, BODY)
    assert here.post(hook.slug, BODY + b" ", headers)[0] == 401
    assert here.post("unknown", BODY, headers)[0] == 401
    assert here.post(hook.slug, bytes(50 * 2**20), headers)[0] in (413, 0)  # it may not wait for all of it
    assert here.post(hook.slug, bytes(2**20 + 1), headers)[0] == 413
    deep = b"[" * 10_000 + b"]" * 10_000
    assert send(here, hook, "deep", deep)[0] == 422
    for head in (
        b"webhook-id: \xff\xfe\xf0\r\nwebhook-timestamp: \xd9\xa3\r\nwebhook-signature: v1,\xe9\r\n",
        b"webhook-signature: " + b"v1,x " * 2000 + b"\r\n",
        b"Authorization: Basic \x80\x81\r\n",
        b"X-Hub-Signature-256: sha256=" + b"\xc3\xbc" * 32 + b"\r\n",
    ):
        assert raw(here, head, b"{}") in (400, 401)
    assert not Execution.objects.exists()
    assert send(here, hook, "right")[0] == 202


def test_killed_among_messages_none_is_lost_and_none_runs_twice(here: Web) -> None:
    hook = a_hook()

    def ask(number: int) -> int:
        if number == 15:
            here.process.send_signal(signal.SIGKILL)
        return send(here, hook, f"msg_{number}")[0]

    with ThreadPoolExecutor(10) as threads:
        first = list(threads.map(ask, range(40)))
    assert 0 in first
    here.kill_and_start_again()
    assert all(send(here, hook, f"msg_{number}")[0] == 202 for number in range(40))
    taken = {f"msg_{number}" for number, status in enumerate(first) if status == 202}
    deliveries = list(HookDelivery.objects.values_list("message_id", "execution_id"))
    assert taken <= {message_id for message_id, _ in deliveries}
    assert len(deliveries) == len({execution for _, execution in deliveries}) == 40
    assert Execution.objects.count() == OrmQ.objects.count() == 40
