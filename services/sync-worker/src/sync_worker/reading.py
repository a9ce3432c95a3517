"""Reading ahead: pages that arrive while others are written are written together."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from itertools import chain

import msgspec
from providers.source import Page

PAGES_TOGETHER = 16
BYTES_TOGETHER = 4_000_000

HELD = 2
"""So many times as much may be held: what waits until others have caught up is read meanwhile, and not afterwards."""

GATHERING_SECONDS = 0.2
"""How long a page waits for those behind it: a transaction costs hardly more for sixteen than for one. The first
page of a reading waits for none, and then each transaction for twice as many, up to sixteen: who listens has something
to do at once, and people to look at."""

Fetch = Callable[[str | None], Awaitable[Page]]


async def read_ahead(fetch: Fetch, cursor: str | None) -> AsyncGenerator[Page, None]:
    """Yield the pages from a cursor on, several as one where they come quickly; meanwhile the next are on their way.

    An error of a page ahead is raised when its turn comes, so what was read before it is never lost. Close it,
    and what is ahead is dropped.
    """
    shelf = Shelf()
    reading = asyncio.create_task(_read(fetch, cursor, shelf))
    try:
        ended = False
        while not ended:
            arrivals = await shelf.take()
            for page in join(arrival for arrival in arrivals if isinstance(arrival, Page)):
                yield page
            ended = _is_end(arrivals[-1])
        if isinstance(arrivals[-1], Exception):
            raise arrivals[-1]
    finally:
        reading.cancel()
        await asyncio.wait([reading])


async def _read(fetch: Fetch, cursor: str | None, shelf: "Shelf") -> None:
    while True:
        try:
            page = await fetch(cursor)
        except Exception as error:  # `read_ahead` raises it
            await shelf.put(error)
            return
        await shelf.put(page)
        if page.next_cursor is None:
            return
        cursor = page.next_cursor


class Shelf:
    """Where pages wait to be written: `HELD` times what is written together at most, and one page more."""

    def __init__(self) -> None:
        self._arrivals: deque[Page | Exception] = deque()
        self._bytes = 0
        self._awaited = 1
        self._moved = asyncio.Condition()

    async def put(self, arrival: Page | Exception) -> None:
        """Add what arrived, and wait for room."""
        async with self._moved:
            self._arrivals.append(arrival)
            self._bytes += _size(arrival)
            self._moved.notify_all()
            await self._moved.wait_for(lambda: not self._has(HELD))

    async def take(self) -> list[Page | Exception]:
        """Take what has arrived and what follows soon, no more than may be written together."""
        async with self._moved:
            await self._moved.wait_for(lambda: self._arrivals)
            with suppress(TimeoutError):
                async with asyncio.timeout(GATHERING_SECONDS):
                    await self._moved.wait_for(self._has_enough)
            self._awaited = min(self._awaited * 2, PAGES_TOGETHER)
            taken: list[Page | Exception] = []
            size = 0
            while self._arrivals and len(taken) < PAGES_TOGETHER and size < BYTES_TOGETHER:
                taken.append(self._arrivals.popleft())
                size += _size(taken[-1])
            self._bytes -= size
            self._moved.notify_all()
            return taken

    def _has_enough(self) -> bool:
        return len(self._arrivals) >= self._awaited or self._has(1) or _is_end(self._arrivals[-1])

    def _has(self, times: int) -> bool:
        """Whether there is so many times what may be written together."""
        return len(self._arrivals) >= PAGES_TOGETHER * times or self._bytes >= BYTES_TOGETHER * times


def join(pages: Iterable[Page]) -> list[Page]:
    """Join pages that follow each other, where recording them at once comes to the same as one after the other."""
    joined: list[list[Page]] = []
    lost: set[str] = set()
    for page in pages:
        # Of one page, what is gone is written after what is there: a record that came back begins another.
        if not joined or (lost and not lost.isdisjoint(_found(page))):
            joined.append([])
            lost = set()
        joined[-1].append(page)
        lost |= _lost(page)
    return [_one(together) for together in joined]


def _found(page: Page) -> set[str]:
    return {contact.provider_id for contact in page.contacts} | {each.provider_id for each in page.interactions}


def _lost(page: Page) -> set[str]:
    absorbed = {provider_id for contact in page.contacts for provider_id in contact.absorbed}
    gone = {each.provider_id for each in page.gone}
    return absorbed | gone | {each.provider_id for each in page.skipped if each.provider_id}


def _one(pages: Sequence[Page]) -> Page:
    return msgspec.structs.replace(
        pages[-1],
        contacts=tuple(chain.from_iterable(page.contacts for page in pages)),
        interactions=tuple(chain.from_iterable(page.interactions for page in pages)),
        gone=tuple(chain.from_iterable(page.gone for page in pages)),
        skipped=tuple(chain.from_iterable(page.skipped for page in pages)),
        total=next((page.total for page in reversed(pages) if page.total is not None), None),
        gap=next((page.gap for page in reversed(pages) if page.gap), None),
    )


def _is_end(arrival: Page | Exception) -> bool:
    return isinstance(arrival, Exception) or arrival.next_cursor is None


def _size(arrival: Page | Exception) -> int:
    if isinstance(arrival, Exception):
        return 0
    size = sum([len(each.raw) for each in arrival.contacts])
    size += sum([len(each.raw) for each in arrival.interactions])
    return size + sum([len(each.raw) for each in arrival.skipped])
