"""All SQL that lists the history of a whole workspace, by the time and by what happened.

Most entries are joins by rule. Every other kind, and what people said, has an index of its own in the order of time,
so that a page costs what it shows; a condition is written so that the planner sees which of them it may use.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from contracts.golden_records import HistoryKind
from servicekit.arrays import uuids
from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.store.history_queries import StoredEntry, stored
from identity.tables import history

Actor = Literal["people", "rules"]


class Moment(msgspec.Struct, frozen=True, array_like=True):
    """Where an entry stands in the order of time."""

    happened_at: datetime
    number: int


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries are asked for: all where nothing is said."""

    workspace_id: UUID
    kind: HistoryKind | None = None
    actor: Actor | None = None
    by: UUID | None = None
    numbers: tuple[int, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None


async def list_activity(
    conn: AsyncConnection, wanted: Wanted, *, before: Moment | None, at_most: int
) -> list[StoredEntry]:
    """List entries of a workspace, the latest first."""
    here = history.c
    listed = select(history).where(*_conditions(wanted))
    if before:
        listed = listed.where(tuple_(here.happened_at, here.number) < tuple_(before.happened_at, before.number))
    rows = await conn.execute(listed.order_by(here.happened_at.desc(), here.number.desc()).limit(at_most))
    return [stored(row) for row in rows]


_LEADS_TO = """
SELECT n.id, coalesce(m.golden_id, r.source_id, n.id) AS golden_id
FROM unnest(%(ids)s) AS n (id)
LEFT JOIN redirect r ON r.workspace_id = %(workspace_id)s AND r.old_id = n.id
LEFT JOIN identity_map m ON m.workspace_id = %(workspace_id)s AND m.source_id = coalesce(r.source_id, n.id)
"""


async def leads_to(conn: AsyncConnection, workspace_id: UUID, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Tell which golden records these ids lead to now, erased ones too; it need not be there any more."""
    rows = await conn.exec_driver_sql(_LEADS_TO, {"workspace_id": workspace_id, "ids": uuids(ids)})
    return {row.id: row.golden_id for row in rows}


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    here = history.c
    yield here.workspace_id == wanted.workspace_id
    if wanted.kind:
        yield here.kind == wanted.kind
        if wanted.kind != "joined":
            yield here.kind != "joined"
    if wanted.actor:
        yield here.cause.is_not(None) if wanted.actor == "people" else here.cause.is_(None)
    if wanted.by:
        yield here.caused_by == wanted.by
    if wanted.numbers is not None:
        yield here.number.in_(wanted.numbers)
    if wanted.since:
        yield here.happened_at >= wanted.since
    if wanted.until:
        yield here.happened_at < wanted.until
