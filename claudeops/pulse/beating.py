"""The pulse of a web process: one task, and only while somebody listens."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Collection
from typing import Any

from django.conf import settings
from django.db import Error
from django.utils import timezone

from claudeops.front_page.active import NOTHING, active_now
from claudeops.front_page.keeping import sections_at
from claudeops.pulse.reading import Look, Summary, look
from executions.keep_going import keep_going
from executions.relay import DatabaseThreads, frame
from system.sections import Section

LOOK_SECONDS = 1.0
CALM_SECONDS = 2.0  # between looks while nothing waits or runs
# Somebody who has heard nothing for longer than this and a bit knows that something is wrong.
BEAT_SECONDS = 5.0
# Of the time that goes by, at most so much is spent on rendering sections.
BUSY_AT_MOST = 0.1

SECTIONS, ACTIVE = "sections", "active"

logger = logging.getLogger(__name__)

pulse_thread = DatabaseThreads("pulse", 1)

Tell = Callable[[str], object]


class Pulse:
    """Looks once a second; tells all the summary, and who wants them the sections and the active runs."""

    def __init__(self) -> None:
        self._listeners: dict[Tell, frozenset[str]] = {}
        self._newcomers: set[Tell] = set()
        self._served: set[Tell] = set()  # those newcomers who are told everything by this look
        self._somebody_came = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._summary: Summary | None = None
        self._beaten_at = 0.0
        self._active: dict[str, Any] | None = None
        self._sections: dict[str, Section] = {}
        self._sections_stamp: tuple[Any, ...] | None = None
        self._sections_at = 0.0
        self._rest_until = 0.0

    def join(self, tell: Tell, wanted: Collection[str]) -> None:
        """`tell` is given frames, at first of all there is. It must not wait."""
        self._listeners[tell] = frozenset(wanted)
        self._newcomers.add(tell)
        self._somebody_came.set()
        if self._task is None:
            self._task = asyncio.create_task(keep_going("the pulse", self._beat))

    def leave(self, tell: Tell) -> None:
        self._listeners.pop(tell, None)
        self._newcomers.discard(tell)
        self._served.discard(tell)
        if not self._listeners and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _beat(self) -> None:
        while True:
            try:
                await self._look_once()
            except Error:
                logger.warning("The pulse cannot be read; trying again.", exc_info=True)
            await self._rest()

    async def _rest(self) -> None:
        """Who has just come is told at once."""
        is_calm = self._summary is None or not (self._summary.running + self._summary.waiting)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CALM_SECONDS if is_calm else LOOK_SECONDS):
                await self._somebody_came.wait()
        self._somebody_came.clear()

    async def _look_once(self) -> None:
        """Who comes while it goes on is told by the next one; who was told half by one that failed, again."""
        self._served |= self._newcomers
        self._newcomers.clear()
        seen = await pulse_thread.run(look)
        await self._tell_sections(seen)
        await self._tell_active(seen.summary)
        self._tell_summary(seen.summary)
        self._served.clear()

    def _tell_summary(self, summary: Summary) -> None:
        now = time.monotonic()
        is_due = summary != self._summary or now - self._beaten_at >= BEAT_SECONDS
        if is_due:
            self._summary, self._beaten_at = summary, now
        self._tell(frame("pulse", data=summary.as_message(timezone.now())), everybody=is_due)

    async def _tell_active(self, summary: Summary) -> None:
        if not self._wants(ACTIVE):
            return
        is_any = summary.running + summary.waiting > 0
        active = (await pulse_thread.run(active_now) if is_any else NOTHING).as_message()
        has_changed, self._active = active != self._active, active
        self._tell(frame("pulse:active", data=active), ACTIVE, everybody=has_changed)

    async def _tell_sections(self, seen: Look) -> None:
        if not self._wants(SECTIONS):
            return
        before, began = self._sections, time.monotonic()
        has_aged = began - self._sections_at > settings.FRONT_PAGE_SECONDS
        is_due = seen.stamp != self._sections_stamp or has_aged
        if is_due and (began >= self._rest_until or not before):
            self._sections = await pulse_thread.run(sections_at, seen)
            self._sections_stamp, self._sections_at = seen.stamp, began
            self._rest_until = began + (time.monotonic() - began) / BUSY_AT_MOST
        for section in self._sections.values():
            is_new = section.name not in before or before[section.name].version != section.version
            data = {section.name: section.as_message()}
            self._tell(frame("pulse:sections", data=data), SECTIONS, everybody=is_new)

    def _wants(self, what: str) -> bool:
        return any(what in wanted for wanted in self._listeners.values())

    def _tell(self, text: str, what: str = "", *, everybody: bool) -> None:
        """To those who want `what`: all of them, or only who has just come."""
        for tell in list(self._listeners if everybody else self._served):
            if not what or what in self._listeners.get(tell, ()):
                tell(text)


pulse = Pulse()
