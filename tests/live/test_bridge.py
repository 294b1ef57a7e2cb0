"""HTTP through claudeops.bridge and claudeops.server: bodies, streams, and clients that leave."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.databases import BASE_DIR
from tests.live.odd_application import LONG_PARTS, PART, THREADS
from tests.live.site import eventually, free_port


class OddServer:
    def __init__(self, http_timeout_s: int = 120) -> None:
        self.port = free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.live.odd_application", str(self.port), str(http_timeout_s)],
            cwd=BASE_DIR,
        )
        eventually("it listens", self._listens)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def connect(self, timeout: float = 10) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, dict[str, Any]]:
        connection = self.connect()
        connection.request(method, path, body, **more)
        response = connection.getresponse()
        answer = json.loads(response.read())
        connection.close()
        return response.status, answer

    def resident_mib(self) -> float:
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@pytest.fixture(scope="module")
def server() -> Iterator[OddServer]:
    server = OddServer()
    yield server
    server.process.terminate()
    assert server.process.wait(10) == 0


def test_a_body_in_chunks_has_its_length(server: OddServer) -> None:
    status, seen = server.ask("POST", "/", iter([b"x" * 1000] * 1000), encode_chunked=True)
    assert status == 200
    assert (seen["body_bytes"], seen["CONTENT_LENGTH"]) == (1_000_000, "1000000")


def test_headers_and_paths_arrive_as_wsgi_has_them(server: OddServer) -> None:
    headers = {"Cookie": "a=1", "X-Thing": "ü".encode().decode("latin1"), "Daphne-Root-Path": "/admin"}
    _, seen = server.ask("PUT", "/caf%C3%A9%FF/a%2Fb?q=%20&r", b"{}", headers=headers)

    assert seen["REQUEST_METHOD"] == "PUT"
    assert seen["PATH_INFO"].encode("latin1") == b"/caf\xc3\xa9\xff/a/b"
    assert seen["QUERY_STRING"] == "q=%20&r"
    assert seen["HTTP_COOKIE"] == "a=1"
    assert seen["HTTP_X_THING"].encode("latin1").decode() == "ü"
    assert seen["SCRIPT_NAME"] == ""
    assert seen["REMOTE_ADDR"] == "127.0.0.1"
    assert seen["wsgi.url_scheme"] == "http"


def test_a_header_given_twice_is_joined(server: OddServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as raw:
        raw.sendall(b"GET / HTTP/1.0\r\nCookie: a=1\r\nCookie: b=2\r\nX-A: 1\r\nX-A: 2\r\nX_A: 3\r\n\r\n")
        with raw.makefile("rb") as answer:
            seen = json.loads(answer.read().partition(b"\r\n\r\n")[2])

    assert seen["HTTP_COOKIE"] == "a=1; b=2"
    assert seen["HTTP_X_A"] == "1,2"


@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_body_that_is_too_large_is_refused_and_not_kept(server: OddServer, is_chunked: bool) -> None:
    before = server.resident_mib()
    piece, times = b"x" * 2**20, 60
    length = {} if is_chunked else {"Content-Length": str(len(piece) * times)}
    status, problem = server.ask(
        "POST", "/", iter([piece] * times), encode_chunked=is_chunked, headers=length
    )
    assert status == 413
    assert problem["status"] == 413
    assert server.resident_mib() - before < 20


def test_a_stream_that_breaks_does_not_look_whole(server: OddServer) -> None:
    connection = server.connect()
    connection.request("GET", "/breaking")
    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
        connection.getresponse().read()
    assert server.ask("GET", "/")[0] == 200


def test_a_download_that_is_longer_than_the_time_for_an_answer_is_whole() -> None:
    server = OddServer(http_timeout_s=1)
    connection = server.connect()
    connection.request("GET", "/long")  # over five seconds; daphne looks every two
    assert len(connection.getresponse().read()) == LONG_PARTS * len(PART)
    server.process.terminate()
    assert server.process.wait(10) == 0


def test_a_stream_waits_for_its_reader(server: OddServer) -> None:
    before = server.resident_mib()
    connection = server.connect()
    connection.request("GET", "/endless")
    response = connection.getresponse()
    assert response.read(len(PART)) == PART
    time.sleep(2)  # the time in which it would have produced 200 MB
    assert server.resident_mib() - before < 20
    connection.close()


def test_a_file_that_has_not_changed_needs_no_place_among_the_streams(server: OddServer) -> None:
    def answer(path: str) -> http.client.HTTPResponse:
        connection = server.connect()
        connection.request("GET", path)
        return connection.getresponse()

    def stream() -> http.client.HTTPResponse | None:
        return response if (response := answer("/endless")).status == 200 else None

    streaming = eventually("the place of an earlier stream is free", stream)
    assert answer("/endless").status == 503, "half of the threads may stream, and one does"
    assert answer("/unchanged").status == 304
    streaming.close()


@pytest.mark.parametrize("path", ["/endless", "/dripping"])
def test_a_client_that_leaves_gives_its_thread_back(server: OddServer, path: str) -> None:
    for _ in range(3 * THREADS):
        connection = server.connect()
        connection.request("GET", path)
        connection.getresponse().read(10)
        connection.close()
    assert server.ask("GET", "/")[0] == 200


def test_it_ends_in_time_while_streams_are_under_way() -> None:
    server = OddServer()
    connections = [server.connect() for _ in range(THREADS)]
    for connection in connections:
        connection.request("GET", "/endless")
        connection.getresponse().read(10)
    server.process.terminate()
    assert server.process.wait(8) == 0


def test_a_header_with_an_underscore_cannot_pass_for_a_proxys(server: OddServer) -> None:
    _, seen = server.ask("PUT", "/", b"{}", headers={"X_Forwarded_Proto": "https", "X-Other": "1"})
    assert "HTTP_X_FORWARDED_PROTO" not in seen
    assert seen["HTTP_X_OTHER"] == "1"
