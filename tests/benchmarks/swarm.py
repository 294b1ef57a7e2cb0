"""Many sockets that do next to nothing with what they get, so that the server is what is measured."""

import asyncio
import os
import time
from base64 import b64encode
from functools import partial

MARK = b'"message":"sent '
END = b'"message":"end"'


class Drone(asyncio.Protocol):
    """Notes how old the newest event is whenever data comes, by the time that is its message."""

    def __init__(self, request: bytes, swarm: "Swarm") -> None:
        self._request = request
        self._swarm = swarm
        self._is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        if not self._is_open and b"active:executions" in data:
            self._is_open = True
            self._swarm.one_more_is_open()
        start = data.rfind(MARK)
        if start >= 0:
            stamp = data[start + len(MARK) : data.find(b'"', start + len(MARK))]
            self._swarm.latencies.append(now - float(stamp))
        if END in data:
            self._swarm.one_more_has_all(now)


def _same(drone: Drone) -> Drone:
    return drone


class Swarm:
    def __init__(self, port: int, token: str, size: int) -> None:
        self._port, self._size = port, size
        key = b64encode(os.urandom(16)).decode()
        self._request = (
            f"GET /ws/executions/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Authorization: Bearer {token}\r\n\r\n"
        ).encode()
        self.latencies: list[float] = []
        self.ended_at = 0.0
        self._open = self._done = 0
        self._all_open, self._all_done = asyncio.Event(), asyncio.Event()
        self._drones: list[Drone] = []

    def one_more_is_open(self) -> None:
        self._open += 1
        if self._open == self._size:
            self._all_open.set()

    def one_more_has_all(self, now: float) -> None:
        self._done += 1
        self.ended_at = now
        if self._done == self._size:
            self._all_done.set()

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        await self._wait_for_server()
        for _ in range(self._size):
            drone = Drone(self._request, self)
            self._drones.append(drone)
            await loop.create_connection(partial(_same, drone), "127.0.0.1", self._port)
        await asyncio.wait_for(self._all_open.wait(), 60)

    async def _wait_for_server(self) -> None:
        give_up = time.monotonic() + 30
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self._port)
            except ConnectionRefusedError:
                if time.monotonic() > give_up:
                    raise
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return

    async def wait_for_end(self) -> None:
        await asyncio.wait_for(self._all_done.wait(), 120)

    def close(self) -> None:
        for drone in self._drones:
            drone.transport.close()
