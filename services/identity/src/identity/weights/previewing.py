"""Rules are tried out before they hold: every record is settled by them, slice by slice, and nothing of it is kept.

A slice is weighed and settled as it would be, in a rehearsal, and so is what it reaches; then who is with whom is
compared with how it is. For a workspace that is one slice that is exact; in a larger one a chain that leads from slice
to slice is seen in parts.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from uuid import UUID

from contracts.pages import ItemPage
from contracts.rules import (
    PreviewedChange,
    PreviewKind,
    PreviewState,
    PreviewWish,
    RulesPreview,
    RulesView,
    ValueChange,
)
from servicekit.database import Database
from servicekit.errors import Conflict, NotFound
from servicekit.outbox import rehearsal
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.contacts import reading, reading_queries
from identity.cursors import Cursors
from identity.resolution import golden
from identity.rules.survivorship import Survivorship
from identity.store import decision_queries, queries, rules_queries, suggestion_queries
from identity.store.queries import SourceName
from identity.weights import preview_queries, ruling, weighing
from identity.weights.preview_queries import Change, Preview

SLICE = 1_000
REST_SECONDS = 1.0
FIRST = UUID(int=0)


class NoPreview(NotFound):
    """No rules are being tried out."""

    slug = "no-preview"
    title = "No rules are being tried out"


class PreviewOutdated(Conflict):
    """Other rules hold by now than those that the preview was compared with."""

    slug = "preview-outdated"
    title = "The rules were changed since; preview again"


class PreviewUnfinished(Conflict):
    """The rules are not made yet."""

    slug = "preview-unfinished"
    title = "The rules are still being learned"


async def begin(conn: AsyncConnection, workspace_id: UUID, wish: PreviewWish, *, by: UUID | None) -> RulesPreview:
    """Have rules tried out; what was tried before is dropped. Raises `RulesUnfit`."""
    await queries.lock_workspaces(conn, {workspace_id})
    ruling.changed(await rules_queries.current_rules(conn, workspace_id), wish)
    await preview_queries.begin_preview(conn, workspace_id, wish, by)
    begun = await show(conn, workspace_id)
    assert begun is not None, "it has just begun"
    return begun


async def show(conn: AsyncConnection, workspace_id: UUID) -> RulesPreview | None:
    """Show what rules that are tried out lead to, as far as that is known; None where none are."""
    preview = await preview_queries.find_preview(conn, workspace_id)
    if preview is None:
        return None
    return RulesPreview(
        state=_state(preview),
        based_on=preview.based_on,
        rules=await _rules_of(conn, workspace_id, preview),
        done=preview.done,
        total=await preview_queries.count_records(conn, workspace_id),
        joined=preview.joined,
        parted=preview.parted,
        changed=preview.changed,
        exact_up_to=SLICE,
        asked_by=preview.asked_by,
        asked_at=preview.asked_at,
    )


def _state(preview: Preview) -> PreviewState:
    if preview.is_done:
        return "done"
    if preview.is_held_up:
        return "waiting"
    return "learning" if preview.version is None and preview.wish.relearn else "weighing"


async def _rules_of(conn: AsyncConnection, workspace_id: UUID, preview: Preview) -> RulesView | None:
    if preview.version is None:
        return None
    made = await rules_queries.load_rules(conn, [(workspace_id, preview.version)])
    return ruling.view_of(preview.version, made[workspace_id])


async def list_changes(
    conn: AsyncConnection, workspace_id: UUID, kind: PreviewKind, *, cursors: Cursors, cursor: str | None, limit: int
) -> ItemPage[PreviewedChange]:
    """List what would change. What was erased since is left out. Raises `NoPreview`, `CursorInvalid`."""
    preview = await _found(conn, workspace_id)
    after = cursors.read(cursor, UUID, workspace_id) if cursor else FIRST
    changes = await preview_queries.list_changes(conn, workspace_id, kind, after=after, at_most=limit + 1)
    shown = changes[:limit]
    summaries = await reading.summaries(conn, workspace_id, {id_ for c in shown for id_ in (c.golden_id, c.with_id)})
    values = await _values_of(conn, workspace_id, preview, shown) if kind == "changed" else {}
    views = [
        PreviewedChange(kind=kind, contacts=contacts, values=values.get(change.golden_id, ()))
        for change in shown
        if (contacts := tuple(summaries[id_] for id_ in _concerned(change) if id_ in summaries))
    ]
    more = len(changes) > limit
    return ItemPage(items=views, next_cursor=cursors.write(shown[-1].golden_id, workspace_id) if more else None)


async def _values_of(
    conn: AsyncConnection, workspace_id: UUID, preview: Preview, changes: Sequence[Change]
) -> Mapping[UUID, tuple[ValueChange, ...]]:
    """Tell which values golden records would show instead of which, as they are now."""
    if preview.version is None:
        return {}
    made = await rules_queries.load_rules(conn, [(workspace_id, preview.version)])
    was = (await rules_queries.current_rules(conn, workspace_id)).survivorship
    golden_ids = {change.golden_id for change in changes}
    return await _other_values(conn, workspace_id, golden_ids, was, made[workspace_id].survivorship)


def _concerned(change: Change) -> Sequence[UUID]:
    """Name the golden records that there are now; who would come out of one is none yet."""
    return tuple(dict.fromkeys((change.golden_id, change.with_id)))


async def apply(conn: AsyncConnection, workspace_id: UUID, *, by: UUID | None) -> RulesView:
    """Have the rules that were tried hold from now on. Raises `NoPreview`, `PreviewUnfinished`, `PreviewOutdated`."""
    await queries.lock_workspaces(conn, {workspace_id})
    preview = await _found(conn, workspace_id)
    if preview.version is None:
        raise PreviewUnfinished
    if preview.based_on != await rules_queries.current_version(conn, workspace_id):
        raise PreviewOutdated
    await ruling.hold(conn, workspace_id, preview.version)
    await preview_queries.drop_preview(conn, workspace_id)
    return await ruling.show_rules(conn, workspace_id)


async def drop(conn: AsyncConnection, workspace_id: UUID) -> None:
    """Have no rules tried out any more."""
    await queries.lock_workspaces(conn, {workspace_id})
    await preview_queries.drop_preview(conn, workspace_id)


async def _found(conn: AsyncConnection, workspace_id: UUID) -> Preview:
    preview = await preview_queries.find_preview(conn, workspace_id)
    if preview is None:
        raise NoPreview
    return preview


# In the background ------------------------------------------------------------------------------------------------


async def preview_all(db: Database) -> None:
    """Try out what is to be tried, for as long as the service lives."""
    while True:
        async with db.engine.connect() as conn:
            workspaces = await preview_queries.list_to_preview(conn)
        for workspace_id in workspaces:
            while await preview_slice(db, workspace_id):
                pass
        await asyncio.sleep(REST_SECONDS)


async def preview_slice(db: Database, workspace_id: UUID, *, at_most: int = SLICE) -> bool:
    """Try rules out on the next part of a workspace's records; whether more is left to do now."""
    async with db.transaction(workspace_id) as conn:
        preview = await preview_queries.find_preview(conn, workspace_id)
    if preview is None or preview.is_done or preview.is_held_up:
        return False
    if preview.version is None:
        await _make_rules(db, workspace_id, preview)
        return True
    async with db.transaction(workspace_id) as conn:
        # The workspace first, as everybody locks it.
        await queries.lock_workspaces(conn, {workspace_id})
        taken = await preview_queries.take_preview(conn, workspace_id)
        if taken is None or taken.preview_id != preview.preview_id or taken.version is None:
            return False
        ids = await rules_queries.list_slice(conn, workspace_id, after=taken.after, at_most=at_most)
        changes = await _try_out(conn, workspace_id, taken.version, ids) if ids else set[Change]()
        await preview_queries.note_changes(
            conn, workspace_id, changes, after=ids[-1] if ids else taken.after, done=len(ids)
        )
    return bool(ids)


async def _make_rules(db: Database, workspace_id: UUID, preview: Preview) -> None:
    """Make the rules to be tried out; learning takes its time, and holds no lock meanwhile."""
    async with db.transaction(workspace_id) as conn:
        rules = ruling.changed(await rules_queries.current_rules(conn, workspace_id), preview.wish)
        contacts = await ruling.sample(conn, workspace_id) if preview.wish.relearn else ()
    if len(contacts) >= ruling.ENOUGH:
        rules = await ruling.learned_from(contacts, rules)
    async with db.transaction(workspace_id) as conn:
        await queries.lock_workspaces(conn, {workspace_id})
        taken = await preview_queries.take_preview(conn, workspace_id)
        if taken is not None and taken.preview_id == preview.preview_id and taken.version is None:
            version = await rules_queries.write_rules(conn, workspace_id, rules, preview.asked_by)
            await preview_queries.note_version(conn, workspace_id, version)


async def _try_out(conn: AsyncConnection, workspace_id: UUID, version: int, ids: Sequence[UUID]) -> set[Change]:
    """Tell what other rules would make of records and of those they reach."""
    was = (await rules_queries.current_rules(conn, workspace_id)).survivorship
    async with rehearsal(conn):
        await preview_queries.try_version(conn, workspace_id, version)
        rules = (await rules_queries.load_rules(conn, [(workspace_id, version)]))[workspace_id]
        reached = set(ids) | await weighing.weigh(conn, workspace_id, ids, rules, anew=ids)
        reached |= await weighing.settle_anew(conn, workspace_id, ids, by_other_rules=True)
        if others := reached - set(ids):
            reached |= await weighing.weigh(conn, workspace_id, others, rules, anew=others)
            reached |= await weighing.settle_anew(conn, workspace_id, others, by_other_rules=True)
        after = await suggestion_queries.load_golden_ids(conn, workspace_id, reached)
    before = await suggestion_queries.load_golden_ids(conn, workspace_id, reached)
    changes = moves(before, after)
    if rules.survivorship != was:
        same = set(before.values()) - {id_ for change in changes for id_ in (change.golden_id, change.with_id)}
        otherwise = await _other_values(conn, workspace_id, same, was, rules.survivorship)
        changes |= {Change("changed", golden_id, golden_id) for golden_id in otherwise}
    return changes


def moves(before: Mapping[UUID, UUID], after: Mapping[UUID, UUID]) -> set[Change]:
    """Tell which golden records join, and which come out of others, by where each source record is."""
    pieces: dict[UUID, set[UUID]] = defaultdict(set)
    for source_id, golden_id in before.items():
        pieces[golden_id].add(after[source_id])
    changes = set[Change]()
    for golden_id, now in pieces.items():
        if len(now) == 1:
            changes |= {Change("joined", golden_id, other) for other in now if other != golden_id}
        else:
            stays = golden_id if golden_id in now else min(now)
            changes |= {Change("parted", piece, golden_id) for piece in now if piece != stays}
    return changes


async def _other_values(
    conn: AsyncConnection, workspace_id: UUID, golden_ids: Set[UUID], was: Survivorship, now: Survivorship
) -> dict[UUID, tuple[ValueChange, ...]]:
    """Tell which golden records would show other values, and which."""
    members = await reading_queries.list_members(conn, workspace_id, golden_ids)
    named = [SourceName(workspace_id, each.source_id) for own in members.values() for each in own]
    pins = await decision_queries.pins_on(conn, named)
    found = dict[UUID, tuple[ValueChange, ...]]()
    for golden_id, own in members.items():
        living = golden.newest_first(own)
        pinned = golden.pinned_of([each.source_id for each in own], pins)
        if living and (other := _apart(golden.values(living, pinned, was), golden.values(living, pinned, now))):
            found[golden_id] = other
    return found


def _apart(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[ValueChange, ...]:
    return tuple(
        ValueChange(field=field, before=before.get(field), after=after.get(field))
        for field in sorted(before.keys() | after.keys())
        if before.get(field) != after.get(field)
    )
