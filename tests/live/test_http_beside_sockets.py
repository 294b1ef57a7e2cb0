"""The real site's HTTP, on the port of its sockets."""

import http.client
import json
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders

from executions.services import Tracker
from system.roles import Role
from tests.live.site import Site, eventually


def connect(site: Site) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)


def ask(connection: http.client.HTTPConnection, token: str, path: str) -> tuple[int, bytes]:
    connection.request("GET", f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"})
    response = connection.getresponse()
    return response.status, response.read()


def test_both_are_served_side_by_side(site: Site) -> None:
    token, connection = site.token()[1], connect(site)
    with ExitStack() as stack:
        for _ in range(40):
            stack.enter_context(site.watch())
        answers = [ask(connection, token, "/executions")[0] for _ in range(100)]

    assert answers == [200] * 100
    connection.close()


def test_a_body_that_is_too_large_is_a_problem_document(site: Site) -> None:
    connection = connect(site)
    token = site.token(Role.OPERATOR)[1]
    body: dict[str, Any] = {"agent_type": "x", "context": {"text": "x" * 11_000_000}}
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection.request("POST", "/api/v1/tracking/executions", json.dumps(body), headers)
    response = connection.getresponse()
    problem = json.loads(response.read())

    assert response.status == 413
    assert response.headers["Content-Type"] == "application/problem+json"
    assert problem["status"] == 413
    assert ask(connection, token, "/executions")[0] == 200  # the connection goes on
    connection.close()


def test_a_static_file_is_whole(site: Site) -> None:
    connection = connect(site)
    connection.request("GET", f"{settings.STATIC_URL}admin/css/base.css")
    served = connection.getresponse().read()
    file = finders.find("admin/css/base.css")

    assert file is not None
    assert served == Path(file).read_bytes()
    connection.close()


def write_log(tracker: Tracker, lines: int) -> None:
    for _ in range(lines // 1000):
        with tracker.batch() as change:
            for number in range(1000):
                change.add_log(f"{number} " + "x" * 500)


def test_a_long_log_is_streamed_whole_and_an_abandoned_one_holds_nothing_up(site: Site) -> None:
    execution, tracker = site.running()
    write_log(tracker, 30_000)
    token = site.token()[1]
    path = f"/executions/{execution.uid}/logs"
    for _ in range(20):
        leaving = connect(site)
        leaving.request("GET", f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"})
        leaving.getresponse().read(1000)
        leaving.close()
    status, text = ask(connect(site), token, path)

    assert status == 200
    assert text.count(b"\n") == 30_001


def files_of_the_database(site: Site) -> int:
    links = (site.process_directory / "fd").iterdir()
    return sum(link.resolve().name.startswith(site.database.file.name) for link in links)


def test_connections_to_the_database_do_not_grow(site: Site) -> None:
    """One for each thread: of HTTP, of the tail, of the sockets and of their commands."""
    token = site.token()[1]

    def come_ask_and_go(_: int) -> int:
        connection = connect(site)
        status, _body = ask(connection, token, "/executions")
        connection.close()
        return status

    with ThreadPoolExecutor(16) as clients:
        assert set(clients.map(come_ask_and_go, range(200))) == {200}
    first = files_of_the_database(site)
    with ThreadPoolExecutor(16) as clients:
        assert set(clients.map(come_ask_and_go, range(400))) == {200}

    assert 1 < first <= 3 * (settings.HTTP_THREADS + 4)
    assert files_of_the_database(site) <= 3 * (settings.HTTP_THREADS + 4)


def test_it_does_not_say_what_it_is_made_of(site: Site) -> None:
    connection = connect(site)
    connection.request("GET", "/api/v1/executions")
    response = connection.getresponse()
    assert response.status == 401
    assert "Server" not in response.headers
    connection.close()


def test_it_ends_in_order_with_sockets_open(site: Site) -> None:
    with ExitStack() as stack:
        for _ in range(40):
            stack.enter_context(site.watch())
        site.stop()
    assert site.bells() == []
    site.start()


def a_slow_reader(site: Site, token: str, path: str) -> socket.socket:
    """It asks, and never reads."""
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    reader.connect(("127.0.0.1", site.port))
    request = f"GET /api/v1{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"
    reader.sendall(request.encode())
    return reader


def test_readers_that_read_nothing_leave_threads_for_the_others(site: Site) -> None:
    execution, tracker = site.running()
    with tracker.batch() as change:
        for _ in range(200):
            change.add_log("x" * 60_000)
    token = site.token()[1]
    path = f"/executions/{execution.uid}/logs"
    readers = [a_slow_reader(site, token, path) for _ in range(10)]
    connection = connect(site)
    assert eventually("the refusal of one stream more", lambda: ask(connection, token, path)[0] == 503)
    assert ask(connection, token, "/executions")[0] == 200
    # After PART_SECONDS they are cut off, and whoever reads is served again.
    assert eventually("the log, whole", lambda: len(ask(connection, token, path)[1]) > 200 * 60_000, 30)
    for reader in readers:
        reader.close()
    connection.close()
