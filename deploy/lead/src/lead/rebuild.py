"""`lead rebuild`: what a service derives of its own tables, made anew while it runs."""

import argparse
import asyncio
from uuid import UUID

from providers.registry import SOURCES
from servicekit.database import Database as ServiceDatabase
from servicekit.settings import load
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sync_worker.rebuild import republish
from sync_worker.settings import Settings as SyncWorkerSettings

from lead import environments
from lead.database import Database, borrow_database
from lead.settings import Settings

_REBUILD_SEARCH = text("""
INSERT INTO identity.search_rebuild (workspace_id)
SELECT workspace_id FROM identity.workspace
WHERE NOT erased AND (CAST(:workspace_id AS uuid) IS NULL OR workspace_id = :workspace_id)
ON CONFLICT (workspace_id) DO UPDATE SET after = NULL
""")


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `rebuild` and what can be made anew to the command line."""
    rebuild = commands.add_parser("rebuild", help="make anew what is derived, while everything runs")
    parts = rebuild.add_subparsers(required=True, metavar="PART")
    search = parts.add_parser("search", help="the index of contacts")
    search.add_argument("--workspace", type=UUID, help="of this one; of all when left out")
    search.set_defaults(command=lambda settings, given: asyncio.run(_rebuild_search(settings, given)))
    identity = parts.add_parser(
        "identity",
        help="who is who, from the source records: the same golden records under the same ids",
        description="Who is who, from the source records. Contacts come back within minutes; what people decided,"
        " pinned and erased stays, and so does the history, to which the joins are added again.",
    )
    identity.add_argument("--workspace", type=UUID, help="of this one; of all when left out")
    identity.set_defaults(command=lambda settings, given: asyncio.run(_rebuild_identity(settings, given)))


async def _rebuild_search(settings: Settings, given: argparse.Namespace) -> None:
    with borrow_database(settings) as database:
        engine = create_async_engine(make_url(database.admin_url).set(drivername="postgresql+psycopg"))
        async with engine.begin() as conn:
            asked = await conn.execute(_REBUILD_SEARCH, {"workspace_id": given.workspace})
        await engine.dispose()
    print(f"identity makes the index of {asked.rowcount} workspaces anew; it begins within a minute.")


SYNC_WORKER = "sync-worker"

# What follows from the source records. Of who was erased what keeps them away stays: its revision exceeds all others.
_DERIVED = (
    "match_key", "identity_map", "golden_record", "weighed_record", "block", "alike", "shared_key", "suggestion",
    "search_document", "search_token", "search_spelling", "interaction", "interaction_contact", "reweighing",
    "rules_preview", "previewed_change",
)  # fmt: skip

_LOCK = text("""
SELECT workspace_id FROM identity.workspace
WHERE NOT erased AND (CAST(:workspace_id AS uuid) IS NULL OR workspace_id = :workspace_id)
ORDER BY workspace_id FOR UPDATE
""")

_FORGET = text(
    "DELETE FROM identity.source_identity WHERE workspace_id = :workspace_id AND shown_revision < :forgotten"
)

_RESET = text("""
UPDATE identity.workspace SET contacts = 0, has_shared = false, has_alike = false, stamp = gen_random_uuid()
WHERE workspace_id = :workspace_id
""")

FORGOTTEN = 2**62
"""From this revision on a record is one of an erased person."""


async def _rebuild_identity(settings: Settings, given: argparse.Namespace) -> None:
    with borrow_database(settings) as database:
        workspaces = await _forget_derived(database, given.workspace)
        for workspace_id in workspaces:
            sent = await _tell_again(settings, database, workspace_id)
            print(f"{workspace_id}: {sent:,} source records are told again; golden records form as on a first sync.")
    if not workspaces:
        print("There is no such workspace.")


async def _forget_derived(database: Database, workspace_id: UUID | None) -> list[UUID]:
    """Empty what identity derives, and tell of which workspaces."""
    engine = create_async_engine(make_url(database.admin_url).set(drivername="postgresql+psycopg"))
    async with engine.begin() as conn:
        found = list((await conn.execute(_LOCK, {"workspace_id": workspace_id})).scalars())
        for each in found:
            named = {"workspace_id": each}
            for table in _DERIVED:
                delete = f"DELETE FROM identity.{table} WHERE workspace_id = :workspace_id"  # noqa: S608 - ours
                await conn.execute(text(delete), named)
            await conn.execute(_FORGET, {**named, "forgotten": FORGOTTEN})
            await conn.execute(_RESET, named)
    await engine.dispose()
    return found


async def _tell_again(settings: Settings, database: Database, workspace_id: UUID) -> int:
    environment = environments.of_service(SYNC_WORKER, settings, database_url=database.service_url, sandbox=False)
    db = ServiceDatabase.connect(load(SyncWorkerSettings, environment), SYNC_WORKER)
    try:
        return await republish(db, SOURCES, workspace_id)
    finally:
        await db.close()
