"""Webhooks: what happened in the accounts, told to whoever subscribed, signed and repeated as each provider does it."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from random import Random

import msgspec
from aiohttp import ClientError, ClientSession, ClientTimeout

from sandbox import changes
from sandbox.accounts import Account
from sandbox.records import Record
from sandbox.store import Sandbox
from sandbox.targets import Target
from sandbox.wire import JSON

AT_ONCE = 10
KEPT_BACK = 10_000


class Manner(msgspec.Struct, frozen=True, kw_only=True):
    """How a provider sends: how many events at once, how they are written and proved, and when it tries again."""

    at_once: int
    write: Callable[[Sequence[JSON], int], bytes]
    """The body of some events at an attempt, counted from 0."""
    sign: Callable[[Target, bytes], Mapping[str, str]]
    waits: tuple[float, ...]
    """Seconds before each further attempt."""
    tries_again: Callable[[int | None], bool]
    """Whether another attempt follows a status; None stands for no answer at all."""
    answer_seconds: float


class Teller(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider tells, to whom and how."""

    manner: Manner
    targets: Callable[[Sandbox, Account], Sequence[Target]]
    events: Callable[[Account, Target, changes.AnyRecordChange, int, Record | None], Sequence[JSON]]


class Weather(msgspec.Struct, kw_only=True):
    """What goes wrong on the way: the share that is lost or sent twice, whether order is kept, how late they are."""

    lost: float = 0
    twice: float = 0
    shuffled: bool = False
    late_seconds: float = 0


class Counts(msgspec.Struct, kw_only=True):
    """What became of events so far."""

    told: int = 0
    lost: int = 0
    sent: int = 0
    refused: int = 0
    waiting: int = 0


class _Waiting(msgspec.Struct, kw_only=True):
    teller: Teller
    target: Target
    events: list[JSON]
    due: float
    attempt: int = 0


class Deliveries:
    """Tells what happens, as long as the app lives."""

    def __init__(self, sandbox: Sandbox, tellers: Mapping[str, Teller]) -> None:
        self.weather = Weather()
        self.counts = Counts()
        self._sandbox = sandbox
        self._tellers = tellers
        self._waiting: deque[_Waiting] = deque()
        self._told = asyncio.Event()
        self._random = Random()  # noqa: S311 - decides what gets lost, and keeps no secret
        sandbox.listeners.append(self._hear)

    @asynccontextmanager
    async def running(self, _: object) -> AsyncIterator[None]:
        """Send what is due, as long as the app lives."""
        task = asyncio.create_task(self._run())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    def _hear(self, account: Account, change: changes.AnyRecordChange, row: int, before: Record | None) -> None:
        teller = self._tellers[account.PROVIDER]
        for target in teller.targets(self._sandbox, account):
            for event in teller.events(account, target, change, row, before):
                self._plan(teller, target, event)

    def _plan(self, teller: Teller, target: Target, event: JSON) -> None:
        self.counts.told += 1
        if self._random.random() < self.weather.lost or len(self._waiting) >= KEPT_BACK:
            self.counts.lost += 1
            return
        due = time.monotonic() + self.weather.late_seconds * self._random.random()
        for _ in range(1 + (self._random.random() < self.weather.twice)):
            self._waiting.append(_Waiting(teller=teller, target=target, events=[event], due=due))
        self._told.set()

    async def _run(self) -> None:
        async with ClientSession() as http:
            while True:
                due = self._take_due()
                await asyncio.gather(*(self._send(http, each) for each in due))
                self.counts.waiting = len(self._waiting)
                if not due:
                    await self._rest()

    async def _rest(self) -> None:
        self._told.clear()
        soonest = min((each.due for each in self._waiting), default=None)
        with suppress(TimeoutError):
            async with asyncio.timeout(None if soonest is None else max(soonest - time.monotonic(), 0.0)):
                await self._told.wait()

    def _take_due(self) -> list[_Waiting]:
        """Take what is due, those for one address together where a provider sends several at once."""
        now = time.monotonic()
        due = [each for each in self._waiting if each.due <= now]
        if self.weather.shuffled:
            self._random.shuffle(due)
        taken: list[_Waiting] = []
        for each in due:
            last = next((one for one in taken if _go_together(one, each)), None)
            if last is not None:
                last.events += each.events
            elif len(taken) < AT_ONCE:
                taken.append(each)
            else:
                continue
            self._waiting.remove(each)
        return taken

    async def _send(self, http: ClientSession, waiting: _Waiting) -> None:
        manner, target = waiting.teller.manner, waiting.target
        body = manner.write(waiting.events, waiting.attempt)
        status: int | None = None
        with suppress(ClientError, TimeoutError):
            async with http.post(
                target.url,
                data=body,
                headers={"Content-Type": "application/json", **manner.sign(target, body)},
                allow_redirects=False,
                timeout=ClientTimeout(total=manner.answer_seconds),
            ) as answer:
                status = answer.status
        if status is not None and status < 300:
            self.counts.sent += len(waiting.events)
        elif waiting.attempt < len(manner.waits) and manner.tries_again(status):
            waiting.due = time.monotonic() + manner.waits[waiting.attempt]
            waiting.attempt += 1
            self._waiting.append(waiting)
        else:
            self.counts.refused += len(waiting.events)


def _go_together(one: _Waiting, other: _Waiting) -> bool:
    most = one.teller.manner.at_once
    together = len(one.events) + len(other.events) <= most and one.target == other.target
    return together and one.attempt == other.attempt == 0
