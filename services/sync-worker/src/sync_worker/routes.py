"""HTTP in: ask for a sync, look at runs, at what could not be read, and at a record as it came."""

from typing import Annotated, Literal
from uuid import UUID

from contracts.pages import ItemPage
from contracts.syncs import CoverageView, SkippedView, SyncStarted, SyncState, SyncView
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Stream
from servicekit.database import Database
from servicekit.principal import Principal
from sqlalchemy.ext.asyncio import AsyncConnection

from sync_worker import operations, schedule, views
from sync_worker.skipped_export import write_skipped

Limit = FromQuery[Annotated[int, QueryParameter(ge=1, le=100)]]


@post("/connections/{connection_id:uuid}/sync", status_code=202)
async def request_sync(
    connection_id: FromPath[UUID],
    principal: NamedDependency[Principal],
    conn: NamedDependency[AsyncConnection],
    mode: FromQuery[Literal["full"] | None] = None,
) -> SyncStarted:
    """Sync a connection now; while a sync is under way it is that one. A full one reads everything again."""
    sync_id = await schedule.request_sync(conn, principal.workspace_id, connection_id, anew=mode == "full")
    return SyncStarted(sync_id=sync_id)


@get("/connections/{connection_id:uuid}/syncs")
async def list_syncs(
    connection_id: FromPath[UUID],
    principal: NamedDependency[Principal],
    conn: NamedDependency[AsyncConnection],
    of_state: Annotated[SyncState | None, QueryParameter(name="state")] = None,
    cursor: FromQuery[UUID | None] = None,
    limit: Limit = 20,
) -> ItemPage[SyncView]:
    """List the syncs of a connection, the newest first, or those of them that are in one state."""
    return await views.list_syncs(
        conn, principal.workspace_id, connection_id, state=of_state, cursor=cursor, limit=limit
    )


@get("/connections/{connection_id:uuid}/coverage")
async def get_coverage(
    connection_id: FromPath[UUID], principal: NamedDependency[Principal], conn: NamedDependency[AsyncConnection]
) -> CoverageView:
    """Compare what the provider counted with what is held, when everything was read last, with the reasons."""
    return await views.get_coverage(conn, principal.workspace_id, connection_id)


@get("/connections/{connection_id:uuid}/skipped")
async def list_skipped(
    connection_id: FromPath[UUID],
    principal: NamedDependency[Principal],
    conn: NamedDependency[AsyncConnection],
    cursor: FromQuery[UUID | None] = None,
    limit: Limit = 20,
) -> ItemPage[SkippedView]:
    """List the records of a connection that could not be read, with the reasons, the newest first."""
    return await views.list_skipped(conn, principal.workspace_id, connection_id, cursor=cursor, limit=limit)


@get("/connections/{connection_id:uuid}/skipped.csv", media_type="text/csv")
async def download_skipped(
    connection_id: FromPath[UUID],
    principal: NamedDependency[Principal],
    conn: NamedDependency[AsyncConnection],
    db: NamedDependency[Database],
) -> Stream:
    """Download all records of a connection that could not be read, with the reasons, as a CSV file."""
    await views.expect_connection(conn, principal.workspace_id, connection_id)
    return Stream(
        write_skipped(db, principal.workspace_id, connection_id),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="skipped.csv"'},
    )


@get("/syncs")
async def list_all_syncs(
    principal: NamedDependency[Principal],
    conn: NamedDependency[AsyncConnection],
    telling: FromQuery[bool] = False,
    cursor: FromQuery[UUID | None] = None,
    limit: Limit = 20,
) -> ItemPage[SyncView]:
    """List the syncs of all connections, the newest first; `telling` leaves out those that found nothing new."""
    return await views.list_all_syncs(conn, principal.workspace_id, telling=telling, cursor=cursor, limit=limit)


@get("/syncs/{sync_id:uuid}")
async def get_sync(
    sync_id: FromPath[UUID], principal: NamedDependency[Principal], conn: NamedDependency[AsyncConnection]
) -> SyncView:
    """Look at a sync."""
    return await views.get_sync(conn, principal.workspace_id, sync_id)


@get("/sources/{connection_id:uuid}/{provider_id:str}")
async def get_source(
    connection_id: FromPath[UUID],
    provider_id: FromPath[str],
    principal: NamedDependency[Principal],
    conn: NamedDependency[AsyncConnection],
) -> Response[bytes]:
    """Read a contact's source record, byte for byte as its provider showed it."""
    raw = await operations.get_raw(conn, principal.workspace_id, connection_id, provider_id)
    return Response(raw, media_type="application/json")


ROUTES = [
    request_sync,
    list_syncs,
    list_all_syncs,
    get_coverage,
    list_skipped,
    download_skipped,
    get_sync,
    get_source,
]
