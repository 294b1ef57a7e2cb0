"""/ws/pulse/: the socket that every page of the console keeps open."""

import asyncio
from typing import Any
from urllib.parse import parse_qs

from claudeops.pulse.beating import ACTIVE, SECTIONS, pulse
from executions.guests import TOO_SLOW, GuestConsumer
from system.errors import Invalid

# Frames that wait for a slow client: more than come at once, and few enough to be cheap.
MOST_WAITING = 50


class PulseConsumer(GuestConsumer):
    """`?with=sections,active` asks for the front page's pieces too. Nothing may be said on it."""

    area = "dashboard"  # what is spent and which nodes there are is more than executions

    async def feed(self) -> None:
        wanted = _wanted(self.scope)
        frames: asyncio.Queue[str] = asyncio.Queue(MOST_WAITING)

        def tell(text: str) -> None:
            try:
                frames.put_nowait(text)
            except asyncio.QueueFull:
                self.drop(TOO_SLOW)

        pulse.join(tell, wanted)
        try:
            while True:
                await self.send_text(await frames.get())
        finally:
            pulse.leave(tell)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await self.count_garbage(Invalid("This socket only tells; it takes no commands."))


def _wanted(scope: Any) -> set[str]:
    """Raises Invalid."""
    values = parse_qs(scope["query_string"].decode("latin1")).get("with", [])
    wanted = {name for value in values for name in value.split(",")}
    if unknown := wanted - {SECTIONS, ACTIVE}:
        raise Invalid(
            f"There is no {min(unknown)!r} to ask for; there are: {SECTIONS}, {ACTIVE}.", field="with"
        )
    return wanted
