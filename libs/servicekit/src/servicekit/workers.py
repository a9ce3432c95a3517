"""Coroutines that run beside the requests for an app's whole life."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import structlog

log = structlog.get_logger()

Worker = Callable[[], Awaitable[None]]

LONGEST_REST_SECONDS = 30.0


@asynccontextmanager
async def running(workers: Mapping[str, Worker]) -> AsyncIterator[None]:
    """Run these, starting each again when it fails; cancel them, and wait for them, on leaving."""
    tasks = [asyncio.create_task(_keep_running(name, worker), name=name) for name, worker in workers.items()]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _keep_running(name: str, worker: Worker) -> None:
    failures = 0
    while True:
        try:
            await worker()
            return
        except Exception as error:  # the edge of everything that is not a request
            failures += 1
            log.error("worker_failed", worker=name, failures=failures, exc_info=error)
            task = asyncio.current_task()
            if task and task.cancelling():
                # It failed while it was being stopped: a group of tasks raises that in the cancellation's place.
                return
            await asyncio.sleep(min(0.5 * 2 ** min(failures, 8), LONGEST_REST_SECONDS))
