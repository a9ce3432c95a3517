"""What happened in a workspace: every join, parting and decision, with whom it concerns as they are now."""

from contracts.golden_records import ActivityView
from contracts.pages import ItemPage
from msgspec.structs import asdict
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.contacts import reading, reading_queries
from identity.cursors import Cursors
from identity.store import activity_queries
from identity.store.activity_queries import Moment, Wanted


async def list_activity(
    conn: AsyncConnection, wanted: Wanted, *, cursors: Cursors, cursor: str | None, limit: int
) -> ItemPage[ActivityView]:
    """List what happened in a workspace, the latest first. Raises `CursorInvalid`."""
    before = cursors.read(cursor, Moment, wanted.workspace_id) if cursor else None
    entries = await activity_queries.list_activity(conn, wanted, before=before, at_most=limit + 1)
    shown = entries[:limit]
    members = {member for stored in shown for side in stored.entry.sides for member in side.members}
    names = await reading_queries.list_names(conn, wanted.workspace_id, members)
    told_of = {stored.entry.golden_id for stored in shown}
    now = await activity_queries.leads_to(conn, wanted.workspace_id, told_of)
    contacts = await reading.summaries(conn, wanted.workspace_id, set(now.values()))
    last = shown[-1] if len(entries) > limit else None
    return ItemPage(
        items=[
            ActivityView(
                **asdict(reading.history_view(stored, names)), contact=contacts.get(now[stored.entry.golden_id])
            )
            for stored in shown
        ],
        next_cursor=cursors.write(Moment(last.happened_at, last.number), wanted.workspace_id) if last else None,
    )
