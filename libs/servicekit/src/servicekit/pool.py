"""Which of the free connections is handed out: the one that has been there longest.

A connection is a process of Postgres', with its own plans, its own copies of what tables look like, and its own map of
the shared memory, to be filled page by page. Who works most should work in the same few processes. Handed out as they
come back, connections go from task to task, and all of them learn everything.

It goes by places: one whose connection broke keeps its number, and the next to have it connects anew. Of more than the
pool keeps, those stay that came back first. This holds on to inner parts of SQLAlchemy 2.1: `_queue_class`, `_do_get`.
"""

import asyncio
from itertools import count
from typing import Any

from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry
from sqlalchemy.util import memoized_property
from sqlalchemy.util.queue import AsyncAdaptedQueue

_numbers = count()


def _number(connection: ConnectionPoolEntry) -> int:
    """Number connections in the order in which they are first handed out."""
    info = connection.record_info
    assert info is not None  # the pool's own connections have it
    if "number" not in info:
        info["number"] = next(_numbers)
    return int(info["number"])


class _ByNumber(asyncio.PriorityQueue[Any]):
    def _put(self, item: ConnectionPoolEntry) -> None:
        super()._put((_number(item), item))

    def _get(self) -> ConnectionPoolEntry:
        connection: ConnectionPoolEntry = super()._get()[1]
        return connection


class _Free(AsyncAdaptedQueue[ConnectionPoolEntry]):
    @memoized_property
    def _queue(self) -> asyncio.Queue[ConnectionPoolEntry]:
        return _ByNumber(maxsize=self.maxsize)


class LongestFirstPool(AsyncAdaptedQueuePool):
    """SQLAlchemy's pool, but for the order in which it hands out what is free."""

    _queue_class = _Free

    def _do_get(self) -> ConnectionPoolEntry:
        connection = super()._do_get()
        _number(connection)
        return connection
