"""How large sets travel to Postgres: as columns, each an array in Postgres' binary form, which nobody has to parse.

A statement names them as `%(name)b`, which only the driver itself understands.
"""

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from sqlalchemy import CursorResult
from sqlalchemy.ext.asyncio import AsyncConnection

LINE = "\n"
"""What parts the values of a list within a column; no key and no provider's name holds one."""


def columns(rows: Iterable[object], *names: str) -> dict[str, list[Any]]:
    """Turn rows on their side: for each of these fields (two or more), its values in the order of the rows."""
    turned = list(zip(*map(attrgetter(*names), rows), strict=True))
    return dict(zip(names, map(list, turned), strict=True)) if turned else {name: [] for name in names}


def lines(lists: Iterable[Iterable[str]]) -> list[str]:
    """Write each list as one text, for Postgres to take apart with `string_to_array`."""
    return list(map(LINE.join, lists))


async def execute(conn: AsyncConnection, statement: str, named: dict[str, list[Any]]) -> CursorResult[Any]:
    """Run a statement in the driver's own words."""
    return await conn.exec_driver_sql(statement, named)
