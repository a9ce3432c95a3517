"""`lead rebuild`: what a service derives of its own tables, made anew while it runs."""

import argparse
import asyncio
from uuid import UUID

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from lead.database import borrow_database
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


async def _rebuild_search(settings: Settings, given: argparse.Namespace) -> None:
    with borrow_database(settings) as database:
        engine = create_async_engine(make_url(database.admin_url).set(drivername="postgresql+psycopg"))
        async with engine.begin() as conn:
            asked = await conn.execute(_REBUILD_SEARCH, {"workspace_id": given.workspace})
        await engine.dispose()
    print(f"identity makes the index of {asked.rowcount} workspaces anew; it begins within a minute.")
