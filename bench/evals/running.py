"""Tasks put to the assistant, each in a conversation of its own, and how they went."""

import asyncio
import time
from collections.abc import Sequence

import msgspec
from lead.client import Gateway

from bench.evals.task import Task
from bench.evals.transcript import Transcript, read
from e2e.chatting import Chat
from e2e.house import House


class Graded(msgspec.Struct, frozen=True, kw_only=True):
    """How a task went: what its answer lacks, which is nothing where it is right."""

    kind: str
    question: str
    misses: list[str]
    seconds: float
    told: Transcript

    @property
    def is_right(self) -> bool:
        """Whether it was all that was wanted."""
        return not self.misses


async def run(house: House, gateway: Gateway, tasks: Sequence[Task], *, at_once: int) -> list[Graded]:
    """Ask them all; in their order."""
    free = asyncio.Semaphore(at_once)

    async def graded(task: Task) -> Graded:
        async with free:
            began = time.monotonic()
            about = {"contactId": str(task.contact)} if task.contact else {}
            told = read(await Chat(gateway, house).ask(task.question, **about))
        return Graded(
            kind=task.kind,
            question=task.question,
            misses=task.misses(told),
            seconds=round(time.monotonic() - began, 2),
            told=told,
        )

    return await asyncio.gather(*map(graded, tasks))
