"""Everybody gets everything, also when they are many."""

import asyncio
import json
import time
from hashlib import sha256

from django.db import connections
from websockets.asyncio.client import ClientConnection, connect

from executions.models import ExecutionEvent
from executions.services import Tracker
from tests.live.site import Site

CLIENTS = 500
END = '"event":"execution:completed"'


async def take_all(connection: ClientConnection) -> str:
    """A digest of all messages up to the end, however they were put into frames."""
    digest = sha256()
    while True:
        frame = str(await connection.recv())
        digest.update(frame[1:-1].encode() + b",")
        if END in frame:
            return digest.hexdigest()


async def open_clients(site: Site, token: str) -> list[ClientConnection]:
    headers = {"Authorization": f"Bearer {token}"}
    clients: list[ClientConnection] = []
    while len(clients) < CLIENTS:
        few = [connect(site.url(), additional_headers=headers, max_size=None) for _ in range(25)]
        clients += await asyncio.gather(*few)
    for client in clients:
        [active] = json.loads(await client.recv())
        assert active["event"] == "active:executions"
    return clients


def write(tracker: Tracker) -> None:
    """Singles, then a burst."""
    for number in range(100):
        tracker.add_log(f"single {number}")
        time.sleep(0.005)
    for burst in range(10):
        with tracker.batch() as change:
            for number in range(100):
                change.add_log(f"{burst}.{number}")
    tracker.complete()
    connections.close_all()


async def run(site: Site, token: str, tracker: Tracker) -> list[str]:
    clients = await open_clients(site, token)
    taking = [asyncio.create_task(take_all(client)) for client in clients]
    await asyncio.to_thread(write, tracker)
    digests = await asyncio.gather(*taking)
    await asyncio.gather(*(client.close() for client in clients))
    return digests


def test_five_hundred_clients_get_all_of_it(site: Site) -> None:
    _, tracker = site.running()
    token = site.token()[1]
    with site.watch() as reference:
        digests = asyncio.run(run(site, token, tracker))
        messages = reference.until("execution:completed")

    as_sent = sha256()
    for message in messages:
        as_sent.update(json.dumps(message, separators=(",", ":"), ensure_ascii=False).encode() + b",")
    start = reference.active["id"]
    written = ExecutionEvent.objects.filter(id__gt=start).order_by("id").values_list("id", flat=True)
    assert [message["id"] for message in messages] == list(written)
    assert len(messages) == 1101
    assert digests == [as_sent.hexdigest()] * CLIENTS
