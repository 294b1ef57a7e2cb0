"""Whatever a client sends or asks for, it gets a clear answer, and nobody else notices."""

import json
from uuid import uuid4

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.sync.client import connect

from system.roles import Role
from tests.live.site import Message, Site, Watcher

GARBAGE = [
    "",
    "{",
    "null",
    "[]",
    '"cancel:execution"',
    "{}",
    '{"event": "launch:everything", "data": {}}',
    '{"event": "cancel:execution"}',
    '{"event": "cancel:execution", "data": null}',
    '{"event": "cancel:execution", "data": {"execution_id": "7"}}',
    '{"event": "cancel:execution", "data": {"execution_id": null}}',
    '{"event": ["cancel:execution"], "data": {"execution_id": {"$ne": ""}}}',
    "[" * 4000,
    '{"a":' * 800,
    "\x00\ud7ff" * 10,
    "x" * 5000,
    b"\x00\xff",
    b"",
]


def ends_with(watcher: Watcher) -> int:
    """Read all that comes; the code with which the socket is closed."""
    try:
        while True:
            watcher.next()
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 0


@pytest.mark.parametrize("garbage", GARBAGE, ids=repr)
def test_garbage_is_answered_with_an_error_and_the_socket_goes_on(site: Site, garbage: str | bytes) -> None:
    execution = site.pending()
    with site.watch(role=Role.OPERATOR) as watcher:
        watcher.connection.send(garbage)
        error = watcher.next()
        watcher.say("cancel:execution", execution_id=str(execution.uid))
        after = watcher.next()

    assert error["event"] == "error"
    assert error["data"]["message"]
    assert after["event"] == "execution:cancelled"


def test_a_client_that_sends_nothing_but_garbage_is_dropped(site: Site) -> None:
    with site.watch() as watcher:
        for _ in range(20):
            watcher.connection.send("nonsense")
        assert ends_with(watcher) == 4400


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (Frame(Opcode.TEXT, b"x" * 70_000), 1009),
        (Frame(Opcode.TEXT, b"\xff\xfe"), 1007),
        (Frame(Opcode.CONT, b"x"), 1002),
    ],
)
def test_frames_that_break_the_protocol(site: Site, frame: Frame, code: int) -> None:
    with site.watch() as watcher, site.watch() as bystander:
        raw = frame.serialize(mask=True, extensions=[])
        watcher.connection.socket.sendall(raw)
        assert ends_with(watcher) == code
        site.pending()
        assert bystander.next()["event"] == "execution:log"


def refusal(site: Site, path: str) -> tuple[Message, int]:
    headers = {"Authorization": f"Bearer {site.token()[1]}"}
    with connect(site.url(path), additional_headers=headers) as connection:
        [message] = json.loads(connection.recv(10))
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv(10)
    assert closed.value.rcvd is not None
    return message, closed.value.rcvd.code


@pytest.mark.parametrize("after", ["", "x", "-1", "1.5", "1e3", "٣", "0x10", "9" * 20, "1" * 5000, "1%00"])
def test_a_number_that_is_none(site: Site, after: str) -> None:
    message, code = refusal(site, f"/ws/executions/?after={after}")
    assert message["event"] == "error"
    assert "after" in message["data"]["message"]
    assert code == 4400


def test_an_execution_that_never_was(site: Site) -> None:
    uid = uuid4()
    message, code = refusal(site, f"/ws/executions/{uid}/?after=3")
    assert message["event"] == "error"
    assert str(uid) in message["data"]["message"]
    assert code == 4404
