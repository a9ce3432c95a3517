"""HTTP in: golden records, for people and the page."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from contracts.erasures import EraseWish, ErasureOutcome
from contracts.golden_records import ContactCount, ContactDetail, ContactSummary, HistoryView, InteractionView
from contracts.pages import ItemPage
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Stream
from servicekit.database import Database
from servicekit.principal import Principal
from sqlalchemy.ext.asyncio import AsyncConnection

from identity import decision_routes, export, people, reading
from identity.cursors import Cursors
from identity.reading_queries import Order

Limit = Annotated[int, QueryParameter(ge=1, le=200)]
Words = Annotated[str | None, QueryParameter(max_length=200)]
Provider = Annotated[str | None, QueryParameter(max_length=100)]
Cursor = Annotated[str | None, QueryParameter(max_length=2_000)]


@get("/contacts")
async def list_contacts(
    conn: NamedDependency[AsyncConnection],
    principal: NamedDependency[Principal],
    cursors: NamedDependency[Cursors],
    q: Words = None,
    source: Provider = None,
    sort: FromQuery[Order] = "-updated_at",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> ItemPage[ContactSummary]:
    """List golden records: `q` are words that begin a name or an email, `source` a provider."""
    return await reading.list_contacts(
        conn, principal.workspace_id, q=q, source=source, order=sort, cursors=cursors, cursor=cursor, limit=limit
    )


@get("/contacts/count")
async def count_contacts(conn: NamedDependency[AsyncConnection], principal: NamedDependency[Principal]) -> ContactCount:
    """Tell how many golden records there are."""
    return await reading.count_contacts(conn, principal.workspace_id)


@get("/contacts/{golden_id:str}")
async def get_contact(
    golden_id: FromPath[UUID], conn: NamedDependency[AsyncConnection], principal: NamedDependency[Principal]
) -> ContactDetail:
    """Show a golden record; an id it had before leads to it too."""
    return await reading.get_contact(conn, principal.workspace_id, golden_id)


@get("/contacts/{golden_id:str}/timeline")
async def list_timeline(
    golden_id: FromPath[UUID],
    conn: NamedDependency[AsyncConnection],
    principal: NamedDependency[Principal],
    cursors: NamedDependency[Cursors],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> ItemPage[InteractionView]:
    """List what happened with a contact, the latest first."""
    return await reading.list_timeline(
        conn, principal.workspace_id, golden_id, cursors=cursors, cursor=cursor, limit=limit
    )


@get("/contacts/{golden_id:str}/history")
async def list_history(
    golden_id: FromPath[UUID],
    conn: NamedDependency[AsyncConnection],
    principal: NamedDependency[Principal],
    cursors: NamedDependency[Cursors],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> ItemPage[HistoryView]:
    """List how a golden record joined with others and parted from them, the latest first."""
    return await reading.list_history(
        conn, principal.workspace_id, golden_id, cursors=cursors, cursor=cursor, limit=limit
    )


@get("/contacts/{golden_id:str}/export", media_type="application/json")
async def export_contact(
    golden_id: FromPath[UUID],
    conn: NamedDependency[AsyncConnection],
    principal: NamedDependency[Principal],
    db: NamedDependency[Database],
) -> Stream:
    """Download all that is held of a person as one JSON document, a `ContactExport`."""
    head, found = await export.begin(conn, principal.workspace_id, golden_id, now=datetime.now(UTC))
    return Stream(
        export.write(db, principal.workspace_id, head, found),
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="contact-{head.id}.json"'},
    )


@post("/contacts/{golden_id:uuid}/erase", status_code=200)
async def erase_contact(
    golden_id: FromPath[UUID],
    data: JSONBody[EraseWish],
    conn: NamedDependency[AsyncConnection],
    principal: NamedDependency[Principal],
) -> ErasureOutcome:
    """Forget a person everywhere, for good; with `dry_run`, see what would go."""
    return await people.erase_contact(conn, principal.workspace_id, golden_id, dry_run=data.dry_run)


ROUTES = [
    list_contacts,
    count_contacts,
    get_contact,
    list_timeline,
    list_history,
    export_contact,
    erase_contact,
    *decision_routes.ROUTES,
]
