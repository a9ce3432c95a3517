"""All SQL of kept views."""

from typing import Any
from uuid import UUID

import msgspec
from contracts.views import SavedView
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

_COLUMNS = "view_id, name, view, made_by, created_at, updated_at"


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What a view shows; it is kept as one text."""

    q: str | None = None
    filter: dict[str, Any] | None = None
    sort: str
    columns: tuple[str, ...] = ()


_contents = msgspec.json.Decoder(Contents)


def _view(row: RowMapping) -> SavedView:
    contents = _contents.decode(row["view"])
    return SavedView(
        id=row["view_id"],
        name=row["name"],
        q=contents.q,
        filter=contents.filter,
        sort=contents.sort,
        columns=contents.columns,
        made_by=row["made_by"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


_LIST = text(f"SELECT {_COLUMNS} FROM saved_view WHERE workspace_id = :workspace_id ORDER BY lower(name), view_id")  # noqa: S608


async def list_views(conn: AsyncConnection, workspace_id: UUID) -> list[SavedView]:
    """List the views of a workspace by their names."""
    return [_view(row) for row in (await conn.execute(_LIST, {"workspace_id": workspace_id})).mappings()]


_FIND = text(f"""
SELECT {_COLUMNS} FROM saved_view WHERE workspace_id = :workspace_id AND view_id = :view_id FOR UPDATE
""")  # noqa: S608


async def find_view(conn: AsyncConnection, workspace_id: UUID, view_id: UUID) -> SavedView | None:
    """Find a view, to change it."""
    found = await conn.execute(_FIND, {"workspace_id": workspace_id, "view_id": view_id})
    row = found.mappings().first()
    return _view(row) if row else None


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('views:' || :workspace_id, 0))")

_SAVE = text(f"""
INSERT INTO saved_view (workspace_id, view_id, name, view, made_by)
SELECT :workspace_id, :view_id, :name, :view, :made_by
WHERE (SELECT count(*) FROM saved_view WHERE workspace_id = :workspace_id) < :most
RETURNING {_COLUMNS}
""")  # noqa: S608


async def save_view(
    conn: AsyncConnection, workspace_id: UUID, view_id: UUID, name: str, contents: Contents, *, made_by: UUID, most: int
) -> SavedView | None:
    """Write a view; None when there are as many as may be."""
    # Those who save at once are counted one after the other.
    await conn.execute(_LOCK, {"workspace_id": str(workspace_id)})
    given = {"workspace_id": workspace_id, "view_id": view_id, "name": name, "made_by": made_by, "most": most}
    row = (await conn.execute(_SAVE, {**given, "view": _written(contents)})).mappings().first()
    return _view(row) if row else None


_CHANGE = text(f"""
UPDATE saved_view SET name = :name, view = :view, updated_at = now()
WHERE workspace_id = :workspace_id AND view_id = :view_id
RETURNING {_COLUMNS}
""")  # noqa: S608


async def change_view(
    conn: AsyncConnection, workspace_id: UUID, view_id: UUID, name: str, contents: Contents
) -> SavedView:
    """Write a view over; it is there and locked."""
    given = {"workspace_id": workspace_id, "view_id": view_id, "name": name, "view": _written(contents)}
    return _view((await conn.execute(_CHANGE, given)).mappings().one())


_DELETE = text("DELETE FROM saved_view WHERE workspace_id = :workspace_id AND view_id = :view_id RETURNING view_id")


async def delete_view(conn: AsyncConnection, workspace_id: UUID, view_id: UUID) -> bool:
    """Delete a view; tell whether there was one."""
    gone = await conn.execute(_DELETE, {"workspace_id": workspace_id, "view_id": view_id})
    return gone.scalars().first() is not None


def _written(contents: Contents) -> str:
    return msgspec.json.encode(contents).decode()
