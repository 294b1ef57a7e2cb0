"""Requests to outside: to the address that was looked at, no further, and not for ever."""

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from system.outbound.addresses import AddressRefused
from system.outbound.requests import NoAnswer, Patience, send_request
from tests.receiver import Receiver, answer, answer_and_drip, drip, hang

QUICK = Patience(connect_s=0.4, total_s=0.6)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def resolving(*answers: Sequence[str]) -> Callable[[str, int], Sequence[str]]:
    """A resolver that says something else each time it is asked."""
    left = list(answers)
    return lambda host, port: left.pop(0)


def test_a_name_that_changes_after_it_was_looked_at_gains_nothing(receiver: Receiver) -> None:
    """It is resolved once, and what was looked at is what is connected to."""
    resolve = resolving(["127.0.0.1"], ["169.254.169.254"])
    given = send_request("GET", f"http://rebinds.example:{receiver.port}/x", resolve=resolve, patience=QUICK)
    assert given.status == 200
    assert receiver.got[0].headers["host"] == f"rebinds.example:{receiver.port}"


@pytest.mark.parametrize(
    "addresses", [["169.254.169.254"], ["127.0.0.1", "fd00:ec2::254"], ["::ffff:a9fe:a9fe"]]
)
def test_a_name_of_a_metadata_service_is_refused(receiver: Receiver, addresses: list[str]) -> None:
    with pytest.raises(AddressRefused, match="nothing is sent there"):
        send_request(
            "GET", f"http://rebinds.example:{receiver.port}/", resolve=resolving(addresses), patience=QUICK
        )
    assert receiver.got == []


def test_another_form_of_the_address_is_refused_by_the_real_resolver() -> None:
    with pytest.raises(AddressRefused):
        send_request("GET", "http://2852039166/", patience=QUICK)


def test_a_redirect_is_an_answer(receiver: Receiver) -> None:
    receiver.script(answer(302, Location="http://169.254.169.254/"))
    given = send_request("POST", receiver.url, body=b"{}", patience=QUICK)
    assert (given.status, given.headers["location"]) == (302, "http://169.254.169.254/")
    assert len(receiver.got) == 1


def test_the_second_address_of_a_name_is_tried(receiver: Receiver) -> None:
    resolve = resolving(["::1", "127.0.0.1"])
    url = f"http://both.example:{receiver.port}/"
    assert send_request("GET", url, resolve=resolve, patience=QUICK).status == 200


def test_a_login_in_the_url_goes_as_one(receiver: Receiver) -> None:
    send_request("GET", f"http://me:p%40ss@127.0.0.1:{receiver.port}/", patience=QUICK)
    assert receiver.got[0].headers["authorization"] == "Basic bWU6cEBzcw=="


@pytest.mark.parametrize("reply", [hang, drip])
def test_silence_and_dripping_end_in_time(receiver: Receiver, reply: Callable[..., None]) -> None:
    receiver.script(reply)
    with pytest.raises(NoAnswer, match=r"127\.0\.0\.1 did not answer within 0\.6 s"):
        send_request("GET", receiver.url, patience=QUICK)


def test_a_body_that_drips_changes_no_answer(receiver: Receiver) -> None:
    receiver.script(answer_and_drip)
    assert send_request("GET", receiver.url, patience=QUICK).status == 200


def test_a_resolver_that_hangs_is_not_waited_for() -> None:
    release = threading.Event()

    def stuck(host: str, port: int) -> Sequence[str]:
        release.wait(10)
        return ["127.0.0.1"]

    with pytest.raises(NoAnswer, match=r"was not resolved within 0\.4 s"):
        send_request("GET", "http://slow.example/", resolve=stuck, patience=QUICK)
    release.set()


def test_a_server_that_takes_no_connection_is_given_up() -> None:
    with full_backlog() as port, pytest.raises(NoAnswer, match=r"cannot be connected to within 0\.4 s"):
        send_request("GET", f"http://127.0.0.1:{port}/", patience=QUICK)


def test_tls_that_is_none_is_no_answer(receiver: Receiver) -> None:
    with pytest.raises(NoAnswer, match="broke off"):
        send_request("GET", receiver.url.replace("http", "https"), patience=QUICK)


def test_only_the_beginning_of_an_answer_is_read(receiver: Receiver) -> None:
    receiver.script(answer(200, b"x" * 5_000_000))
    assert len(send_request("GET", receiver.url, patience=QUICK).body) == 2000


@contextmanager
def full_backlog() -> Iterator[int]:
    """A port that listens and answers no handshake: as many wait already as may."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        waiting = [socket.socket() for _ in range(2)]
        for client in waiting:
            client.setblocking(False)
            client.connect_ex(server.getsockname())
        try:
            yield server.getsockname()[1]
        finally:
            for client in waiting:
                client.close()
