"""What the sandbox's accounts hold by the sandbox's own word, and asking the product about all of it."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

import msgspec
from contracts.connections import ConnectionView
from contracts.pages import ItemPage

from e2e.house import House

AT_ONCE = 8

T = TypeVar("T")


class TrueRecord(msgspec.Struct, frozen=True):
    """A record as the sandbox says it is.

    `contacts` are the living ones it concerns, `gone` those it concerned as long as they lived; `stage` is what the
    stage is called that it is in.
    """

    id: str
    record: dict[str, Any]
    contacts: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    stage: str | None = None


class Comparison(msgspec.Struct):
    """How many of what were held against the sandbox's word, and every difference."""

    compared: Counter[str]
    differences: list[str]


def true_records(house: House, connection: ConnectionView, kind: str | None = None) -> list[TrueRecord]:
    """All living records of a kind of an account; its contacts where no kind is given."""
    path = f"accounts/{connection.provider}/{connection.account_id}/records" + (f"?kind={kind}" if kind else "")
    return msgspec.json.decode(house.control(path), type=ItemPage[TrueRecord]).items


async def together(calls: Sequence[Callable[[], Coroutine[Any, Any, T]]]) -> list[T]:
    """Call some at a time; return what they answered, in their order."""
    free = asyncio.Semaphore(AT_ONCE)

    async def called(call: Callable[[], Coroutine[Any, Any, T]]) -> T:
        async with free:
            return await call()

    return await asyncio.gather(*map(called, calls))
