import asyncio
import logging
from collections.abc import Awaitable, Callable

AGAIN_AFTER_SECONDS = 1.0

logger = logging.getLogger(__name__)


async def keep_going(
    what: str, work: Callable[[], Awaitable[None]], *, again_after_s: float = AGAIN_AFTER_SECONDS
) -> None:
    """Run `work`, which ends only by being cancelled, and begin it again whenever a defect ended it.

    A task that dies in the background would be missed by nobody: sockets would stay open and hear nothing,
    or stay open for who has lost the right to listen.
    """
    while True:
        try:
            await work()
        except Exception:
            logger.exception("%s met a defect; it begins again in %g s", what, again_after_s)
        await asyncio.sleep(again_after_s)
