import asyncio
import contextlib

import pytest

from executions.keep_going import keep_going


async def test_work_that_meets_a_defect_begins_again(caplog: pytest.LogCaptureFixture) -> None:
    begun = 0
    enough = asyncio.Event()

    async def work() -> None:
        nonlocal begun
        begun += 1
        if begun == 3:
            enough.set()
            await asyncio.Event().wait()
        raise RuntimeError("a defect")

    task = asyncio.create_task(keep_going("the work", work, again_after_s=0))
    async with asyncio.timeout(10):
        await enough.wait()
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task

    assert begun == 3
    assert caplog.text.count("the work met a defect") == 2


async def test_a_cancelled_one_ends() -> None:
    task = asyncio.create_task(keep_going("the work", asyncio.Event().wait))  # type: ignore[arg-type]
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
