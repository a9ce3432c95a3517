"""HTTP in: golden records, for people and the page."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from contracts.decisions import SourceKey
from contracts.golden_records import (
    ActivityView,
    ContactCount,
    ContactDetail,
    ContactPage,
    ContactSummary,
    HistoryKind,
    HistoryView,
    InteractionView,
)
from contracts.interactions import InteractionKind
from contracts.pages import ItemPage
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Stream
from msgspec import Meta
from servicekit.database import Database
from servicekit.errors import Forbidden
from servicekit.principal import Principal
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.contacts import activity, exporting, reading
from identity.contacts.timeline import TimelineFilter
from identity.cursors import Cursors
from identity.search import filters, finding
from identity.search.filters import LONGEST_FILTER
from identity.search.finding import Search
from identity.search.finding_queries import Order
from identity.store import activity_queries
from identity.store.activity_queries import Actor

Limit = Annotated[int, QueryParameter(ge=1, le=200)]
FILTER = f"""A group of conditions in JSON: `{{"combinator": "and", "rules": [...]}}`, or `"or"`.

A rule is a group again or a condition, as `{{"field": "company", "operator": "contains", "value": "acme"}}`. Fields,
and how each can be asked for:

{filters.in_words()}

`in` and `not_in` take a list; times are `2026-01-31` or with their zone."""
ExportColumns = Annotated[str | None, QueryParameter(max_length=1_000)]
Words = Annotated[str | None, QueryParameter(max_length=200)]
Filter = Annotated[str | None, QueryParameter(name="filter", max_length=LONGEST_FILTER, description=FILTER)]
NeedsReview = Annotated[bool | None, QueryParameter()]
Provider = Annotated[str | None, QueryParameter(max_length=100)]
Cursor = Annotated[str | None, QueryParameter(max_length=2_000)]
Numbers = Annotated[list[Annotated[int, Meta(ge=1, le=2**62)]] | None, QueryParameter(max_items=100)]


@get("/contacts")
async def list_contacts(
    conn: NamedDependency[AsyncConnection],
    principal: NamedDependency[Principal],
    cursors: NamedDependency[Cursors],
    q: Words = None,
    filter_: Filter = None,
    source: Provider = None,
    needs_review: NeedsReview = None,
    sort: FromQuery[Order] = "-updated_at",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> ContactPage:
    """List golden records.

    `q` are words: each begins a name, a company, an email, an email's domain or a phone, of whichever source. Where
    nothing is found, words near them are looked for instead, and `near` names those. `filter` is a group of conditions
    in JSON, such as `{"combinator": "and", "rules": [{"field": "company", "operator": "contains", "value": "acme"}]}`;
    `source` is a provider; `needs_review` leaves those of which people are asked whether they are one with another.
    """
    search = _search(principal, q, filter_, source, needs_review)
    return await reading.list_contacts(conn, search, order=sort, cursors=cursors, cursor=cursor, limit=limit)


@get("/contacts/count")
async def count_contacts(
    conn: NamedDependency[AsyncConnection],
    principal: NamedDependency[Principal],
    q: Words = None,
    filter_: Filter = None,
    source: Provider = None,
    needs_review: NeedsReview = None,
) -> ContactCount:
    """Tell how many golden records there are, or are found."""
    return await reading.count_contacts(conn, _search(principal, q, filter_, source, needs_review))


def _search(
    principal: Principal, q: str | None, filter_: str | None, source: str | None, needs_review: bool | None
) -> Search:
    rule = finding.narrowed(filter_, source, needs_review)
    return Search(workspace_id=principal.workspace_id, q=q or "", rule=rule)


@get("/contacts/export", media_type="text/csv")
async def export_contacts(
    conn: NamedDependency[AsyncConnection],
    principal: NamedDependency[Principal],
    db: NamedDependency[Database],
    q: Words = None,
    filter_: Filter = None,
    source: Provider = None,
    needs_review: NeedsReview = None,
    columns: ExportColumns = None,
    bom: FromQuery[bool] = True,
) -> Stream:
    """Download golden records as a CSV file, all or those found by `q` and `filter`, the first seen first.

    `columns` are names with commas between them. A cell that a spreadsheet could take for a formula begins with an
    apostrophe; `bom` puts a byte order mark in front, by which spreadsheets know UTF-8.
    """
    if principal.user_id is None:
        raise Forbidden("this needs a signed-in person")
    chosen = exporting.read_columns(columns)
    wanted = await exporting.begin_export(
        conn, _search(principal, q, filter_, source, needs_review), asked_by=principal.user_id
    )
    name = f"contacts-{datetime.now(UTC).date().isoformat()}.csv"
    return Stream(
        exporting.write_export(db, wanted, chosen, byte_order_mark=bom),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@get("/contacts/of-source")
async def get_contact_of_source(
    conn: NamedDependency[AsyncConnection],
    principal: NamedDependency[Principal],
    connection_id: FromQuery[UUID],
    provider_id: Annotated[str, QueryParameter(max_length=1_000)],
) -> ContactSummary:
    """Show the golden record that a source record is part of, in short."""
    return await reading.get_contact_of_source(conn, principal.workspace_id, SourceKey(connection_id, provider_id))


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
    kind: FromQuery[InteractionKind | None] = None,
    source: Provider = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> ItemPage[InteractionView]:
    """List what happened with a contact, the latest first, all of it or of one kind, or by one provider (`source`)."""
    if source is not None:
        finding.known_provider(source)
    wanted = TimelineFilter(kind, source)
    return await reading.list_timeline(
        conn, principal.workspace_id, golden_id, wanted, cursors=cursors, cursor=cursor, limit=limit
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


@get("/history")
async def list_activity(
    conn: NamedDependency[AsyncConnection],
    principal: NamedDependency[Principal],
    cursors: NamedDependency[Cursors],
    kind: FromQuery[HistoryKind | None] = None,
    actor: FromQuery[Actor | None] = None,
    by: FromQuery[UUID | None] = None,
    numbers: Numbers = None,
    since: FromQuery[datetime | None] = None,
    until: FromQuery[datetime | None] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> ItemPage[ActivityView]:
    """List what happened in the workspace, the latest first, each with the contact that its `id` leads to now.

    `actor` leaves what people said, with all that came of it, or what rules did by themselves; `by` is one person,
    `numbers` are those of single entries.
    """
    wanted = activity_queries.Wanted(
        workspace_id=principal.workspace_id,
        kind=kind,
        actor=actor,
        by=by,
        numbers=tuple(numbers) if numbers is not None else None,
        since=_known(since),
        until=_known(until),
    )
    return await activity.list_activity(conn, wanted, cursors=cursors, cursor=cursor, limit=limit)


def _known(moment: datetime | None) -> datetime | None:
    """Take a time without a zone for UTC."""
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


ROUTES = [
    list_contacts,
    count_contacts,
    export_contacts,
    get_contact_of_source,
    get_contact,
    list_timeline,
    list_history,
    list_activity,
]
