"""What runs beside the requests: started again when it fails, and stopped when it is to stop."""

import asyncio

from servicekit.workers import running


async def test_who_fails_while_being_stopped_is_not_started_again():
    began, starts = asyncio.Event(), 0

    async def stubborn() -> None:
        nonlocal starts
        starts += 1
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            raise RuntimeError("the database is gone")

    async with asyncio.timeout(5):
        async with running({"stubborn": stubborn}):
            await began.wait()

    assert starts == 1
