"""One window of one account as this process sees it: what it has leased of it, and what it believes.

Both kinds ask Postgres for several calls at once, spend them in memory, and write down what answers tell only where
that is less than believed, or the limit is another. What a killed process had leased comes back by itself: a paced
window's slots pass with their time, and of a pool the next answer tells what is left.
"""

import asyncio
import time
from typing import Protocol

import structlog
from providers.quota import ASK_AGAIN_SECONDS, Told, Window
from providers.source import RateLimited
from sqlalchemy.ext.asyncio import AsyncEngine

from sync_worker import budget_queries as queries
from sync_worker.budget_queries import Key
from sync_worker.pacing import Slots, hold_seconds, lease_size, pace_of

log = structlog.get_logger()

PATIENCE_SECONDS = 10.0
"""A turn that comes this soon is waited for; a later one gives the worker to others meanwhile."""

PROBE_SECONDS = 60.0
"""How long a spent pool is left to the one who asks whether it has filled, before another one does."""

DRAWN_LIVES_SECONDS = 5.0
"""How soon everybody knows that a pool is spent."""

UNKNOWN_DRAW = 1_000
CALLS_DRAWN = 20
WRITES_SECONDS = 1.0


class Gauge(Protocol):
    """One window."""

    async def spend(self, amount: int) -> None:
        """Wait for a turn. Raises `RateLimited` when that is far off."""

    async def learn(self, told: Told) -> None:
        """Take in what an answer says."""


class PacedGauge:
    """A window whose calls come back as time passes: they are spread by GCRA."""

    def __init__(self, engine: AsyncEngine, key: Key, window: Window) -> None:
        assert window.most is not None, "a paced window declares how much it takes"
        self._engine = engine
        self._key = key
        self._window = window
        self._pace = pace_of(window.most, window.seconds, window.at_once)
        self._slots = Slots(self._pace, 0, first_at=0.0, granted_at=0.0)
        self._size = 0
        self._leasing = asyncio.Lock()
        self._held_until = 0.0
        self._held_at = -WRITES_SECONDS
        self._wrote_at = -WRITES_SECONDS

    async def spend(self, amount: int) -> None:
        """Wait for a turn. Raises `RateLimited` when that is far off."""
        for _ in range(amount):
            wait = self._slots.take(time.monotonic())
            if wait is None:
                wait = await self._lease()
            if wait > 0:
                await asyncio.sleep(wait)

    async def learn(self, told: Told) -> None:
        """Take in what an answer says."""
        now = time.monotonic()
        if told.most and told.most != self._pace.most and now - self._wrote_at >= WRITES_SECONDS:
            self._wrote_at = now
            log.info("limit_learned", limit=self._key.name, provider=self._key.provider, most=told.most)
            await queries.set_most(self._engine, self._key, told.most)
            self._follow(told.most)
        seconds = hold_seconds(told, self._pace)
        # Where nothing is left everybody stops at once.
        is_news = now + seconds > self._held_until + 0.05 if told.left == 0 else now - self._held_at >= WRITES_SECONDS
        if seconds > 0 and is_news:
            self._held_at, self._held_until = now, now + seconds
            self._drop()
            await queries.hold(self._engine, self._key, seconds + self._pace.tolerance)

    async def _lease(self) -> float:
        """Take the first of new slots, or one that somebody else has leased meanwhile."""
        async with self._leasing:
            wait = self._slots.take(time.monotonic())
            if wait is None:
                self._size = lease_size(self._size, self._slots.expired, self._pace)
            while wait is None:
                await self._renew()
                wait = self._slots.take(time.monotonic())
        return wait

    async def _renew(self) -> None:
        pace = self._pace
        first_in = await queries.lease(
            self._engine,
            self._key,
            self._size,
            most=pace.most,
            interval=pace.interval,
            tolerance=pace.tolerance,
            patience=PATIENCE_SECONDS,
        )
        if first_in is not None:
            now = time.monotonic()
            self._slots = Slots(pace, self._size, first_at=now + first_in, granted_at=now)
            return
        self._drop()
        found = await queries.find(self._engine, self._key)
        if found is None:
            await queries.add(self._engine, self._key, most=pace.most, seconds=pace.seconds)
        elif found.most != pace.most:
            self._follow(found.most)
        elif (turn_in := found.free_in - pace.tolerance) > PATIENCE_SECONDS:
            raise RateLimited(f"{self._window.words} is used up.", after_seconds=turn_in)

    def _follow(self, most: int) -> None:
        self._pace = pace_of(most, self._window.seconds, self._window.at_once)
        self._drop()

    def _drop(self) -> None:
        self._slots = Slots(self._pace, 0, first_at=0.0, granted_at=0.0)


class PoolGauge:
    """A window that is spent as fast as one likes and fills all at once."""

    def __init__(self, engine: AsyncEngine, key: Key, window: Window) -> None:
        self._engine = engine
        self._key = key
        self._window = window
        self._drawn = 0
        self._drawn_at = 0.0
        self._uncounted = 0
        self._remaining: int | None = None
        self._most = window.most
        self._probing = False
        self._drawing = asyncio.Lock()
        self._wrote_at = -WRITES_SECONDS

    async def spend(self, amount: int) -> None:
        """Take from the pool. Raises `RateLimited` when it is spent."""
        if not self._take(amount):
            async with self._drawing:
                while not self._take(amount):
                    await self._draw(amount)
        self._uncounted += amount

    async def learn(self, told: Told) -> None:
        """Take in what an answer says."""
        if told.left == 0 and told.resets_after_seconds is not None:
            self._drawn, self._remaining, self._probing = 0, 0, False
            await queries.close(self._engine, self._key, most=told.most, seconds=told.resets_after_seconds)
            return
        now = time.monotonic()
        is_other = told.most is not None and told.most != self._most
        is_news = told.left is not None and (is_other or self._is_off(told.left))
        if self._probing or (is_news and now - self._wrote_at >= WRITES_SECONDS):
            self._wrote_at, self._probing = now, False
            self._most = told.most or self._most
            # What was drawn by what we believed before is not worth counting: it is drawn anew.
            self._drawn, self._remaining = 0, told.left
            await queries.fill(self._engine, self._key, most=told.most, remaining=self._remaining)

    def _take(self, amount: int) -> bool:
        if self._drawn < amount or time.monotonic() > self._drawn_at + DRAWN_LIVES_SECONDS:
            return False
        self._drawn -= amount
        return True

    def _is_off(self, left: int) -> bool:
        """Whether an answer and we differ by more than others may have drawn and not spent yet."""
        return self._remaining is None or abs(left - self._remaining - self._drawn) > left // 20

    async def _draw(self, price: int) -> None:
        count = max(price, UNKNOWN_DRAW if self._remaining is None else min(CALLS_DRAWN * price, self._remaining // 50))
        # What was drawn and not spent is no use of the pool that anybody would know again.
        spent = self._uncounted
        found = await queries.draw(
            self._engine,
            self._key,
            price=price,
            count=count,
            spent=spent,
            probe_seconds=PROBE_SECONDS,
            closed_seconds=ASK_AGAIN_SECONDS,
        )
        if found is None:
            known = await queries.find(self._engine, self._key)
            if known is None:
                await queries.add(self._engine, self._key, most=self._window.most, seconds=self._window.seconds)
                return
            if known.free_in > 0:
                raise self._spent(known.free_in)
            return
        self._uncounted -= spent
        if found.is_probe:
            self._probing = True
            self._hold(price)
        elif found.is_spent:
            raise self._spent(ASK_AGAIN_SECONDS)
        else:
            self._remaining = found.remaining
            self._hold(count if found.drawn is None else found.drawn)

    def _hold(self, amount: int) -> None:
        self._drawn, self._drawn_at = amount, time.monotonic()

    def _spent(self, after_seconds: float) -> RateLimited:
        return RateLimited(f"{self._window.words} is used up.", after_seconds=after_seconds)
