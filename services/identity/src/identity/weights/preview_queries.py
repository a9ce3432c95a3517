"""All SQL of previews: rules that are tried out, one set at a time in a workspace, and what they would change."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid4

import msgspec
from contracts.rules import PreviewKind, PreviewWish
from servicekit.arrays import texts, uuids
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

_wish = msgspec.json.Decoder(PreviewWish)


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """Rules that are tried out; `version` is theirs once they are made."""

    preview_id: UUID
    wish: PreviewWish
    based_on: int
    version: int | None
    after: UUID | None
    done: int
    joined: int
    parted: int
    changed: int
    is_done: bool
    is_held_up: bool
    asked_by: UUID | None
    asked_at: datetime


class Change(msgspec.Struct, frozen=True, order=True):
    """A golden record that would join another, come out of one, or show another value (then both are the same)."""

    kind: PreviewKind
    golden_id: UUID
    with_id: UUID


_BEGIN = text("""
WITH cleared AS (DELETE FROM previewed_change WHERE workspace_id = :workspace_id)
INSERT INTO rules_preview (workspace_id, preview_id, wish, based_on, asked_by)
SELECT workspace_id, :preview_id, :wish, rules_version, :asked_by FROM workspace WHERE workspace_id = :workspace_id
ON CONFLICT (workspace_id) DO UPDATE SET preview_id = excluded.preview_id, wish = excluded.wish,
    based_on = excluded.based_on, version = NULL, after = NULL, done = 0, joined = 0, parted = 0, changed = 0,
    is_done = false, asked_by = excluded.asked_by, asked_at = now()
""")


async def begin_preview(conn: AsyncConnection, workspace_id: UUID, wish: PreviewWish, asked_by: UUID | None) -> None:
    """Have rules tried out in a workspace that is locked, in the place of those that were."""
    named = {
        "workspace_id": workspace_id,
        "preview_id": uuid4(),
        "wish": msgspec.json.encode(wish).decode(),
        "asked_by": asked_by,
    }
    await conn.execute(_BEGIN, named)


_FIND = """
SELECT p.*, EXISTS (SELECT FROM reweighing r WHERE r.workspace_id = p.workspace_id) AS is_held_up
FROM rules_preview p WHERE p.workspace_id = :workspace_id
"""

_FIND_NOW, _TAKE = text(_FIND), text(_FIND + " FOR UPDATE OF p SKIP LOCKED")

_COUNT = text("SELECT count(*) FROM source_identity WHERE workspace_id = :workspace_id")


async def count_records(conn: AsyncConnection, workspace_id: UUID) -> int:
    """Count the records that are tried."""
    counted: int = (await conn.execute(_COUNT, {"workspace_id": workspace_id})).scalar_one()
    return counted


async def find_preview(conn: AsyncConnection, workspace_id: UUID) -> Preview | None:
    """Find the rules that are tried out in a workspace, and how far they are."""
    return _preview((await conn.execute(_FIND_NOW, {"workspace_id": workspace_id})).mappings().one_or_none())


async def take_preview(conn: AsyncConnection, workspace_id: UUID) -> Preview | None:
    """Take the rules that are tried out to go on with them; None where there are none or another copy is at it."""
    return _preview((await conn.execute(_TAKE, {"workspace_id": workspace_id})).mappings().one_or_none())


def _preview(row: RowMapping | None) -> Preview | None:
    if row is None:
        return None
    plain = {name: row[name] for name in Preview.__struct_fields__ if name != "wish"}
    return Preview(**plain, wish=_wish.decode(row["wish"]))


_TO_PREVIEW = text("SELECT workspaces_to_preview()")


async def list_to_preview(conn: AsyncConnection) -> list[UUID]:
    """List the workspaces, of all, in which rules are being tried out."""
    return list((await conn.execute(_TO_PREVIEW)).scalars())


_MADE = text("UPDATE rules_preview SET version = :version WHERE workspace_id = :workspace_id")


async def note_version(conn: AsyncConnection, workspace_id: UUID, version: int) -> None:
    """Note that the rules to be tried out are made."""
    await conn.execute(_MADE, {"workspace_id": workspace_id, "version": version})


_TRY = text("UPDATE workspace SET rules_version = :version WHERE workspace_id = :workspace_id")


async def try_version(conn: AsyncConnection, workspace_id: UUID, version: int) -> None:
    """Have other rules hold, for the length of a rehearsal."""
    await conn.execute(_TRY, {"workspace_id": workspace_id, "version": version})


# A golden record that is found again, from another of its neighbours, counts once.
_NOTE = """
WITH found AS (
    INSERT INTO previewed_change (workspace_id, kind, golden_id, with_id)
    SELECT %(workspace_id)s, kind, golden_id, with_id
    FROM unnest(%(kind)s, %(golden_id)s, %(with_id)s) AS c (kind, golden_id, with_id)
    ON CONFLICT DO NOTHING RETURNING kind
)
UPDATE rules_preview SET
    after = %(after)s, done = done + %(done)s, is_done = %(is_done)s,
    joined = joined + (SELECT count(*) FROM found WHERE kind = 'joined'),
    parted = parted + (SELECT count(*) FROM found WHERE kind = 'parted'),
    changed = changed + (SELECT count(*) FROM found WHERE kind = 'changed')
WHERE workspace_id = %(workspace_id)s
"""


async def note_changes(
    conn: AsyncConnection, workspace_id: UUID, changes: Collection[Change], *, after: UUID | None, done: int
) -> None:
    """Note what would change, and that so many more records were tried; with none, that all were."""
    ordered = sorted(changes)
    named = {
        "workspace_id": workspace_id,
        "kind": texts([change.kind for change in ordered]),
        "golden_id": uuids([change.golden_id for change in ordered]),
        "with_id": uuids([change.with_id for change in ordered]),
        "after": after,
        "done": done,
        "is_done": not done,
    }
    await conn.exec_driver_sql(_NOTE, named)


_LIST = text("""
SELECT kind, golden_id, with_id FROM previewed_change
WHERE workspace_id = :workspace_id AND kind = :kind AND golden_id > :after
ORDER BY golden_id LIMIT :at_most
""")


async def list_changes(
    conn: AsyncConnection, workspace_id: UUID, kind: PreviewKind, *, after: UUID, at_most: int
) -> list[Change]:
    """List what would change, by the golden records' ids."""
    named = {"workspace_id": workspace_id, "kind": kind, "after": after, "at_most": at_most}
    return [Change(row.kind, row.golden_id, row.with_id) for row in await conn.execute(_LIST, named)]


_DROP = text("""
WITH cleared AS (DELETE FROM previewed_change WHERE workspace_id = :workspace_id)
DELETE FROM rules_preview WHERE workspace_id = :workspace_id
""")


async def drop_preview(conn: AsyncConnection, workspace_id: UUID) -> None:
    """Have no rules tried out any more."""
    await conn.execute(_DROP, {"workspace_id": workspace_id})
