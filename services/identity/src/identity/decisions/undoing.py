"""Undoing entries of the history, whatever came after them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from contracts.decisions import Outcome
from contracts.golden_records import Verdict
from servicekit.errors import Conflict, NotFound
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.decisions import deciding
from identity.decisions.deciding import Speech, Spoken
from identity.resolution.changes import Cause
from identity.resolution.golden import Pin
from identity.resolution.matching import Decision
from identity.store import decision_queries, history_queries, queries
from identity.store.decision_queries import Said
from identity.store.history_queries import StoredEntry
from identity.store.queries import Workspace

UNDONE_AT_ONCE = 200


class EntryNotFound(NotFound):
    """No such entry in the history of this workspace."""

    slug = "history-entry-not-found"
    title = "Nothing of that number happened here"


class NothingToUndo(Conflict):
    """An entry that was undone, or that nothing can be done about."""

    slug = "nothing-to-undo"
    title = "There is nothing to undo"


async def undo(
    conn: AsyncConnection, workspace_id: UUID, number: int, *, by: UUID | None, dry_run: bool = False
) -> Outcome:
    """Undo an entry of the history.

    What a person decided is withdrawn, and what was withdrawn holds again; of what a rule joined, the sides are
    different people from now on, and of what it parted, the same. Raises `EntryNotFound`, `NothingToUndo`.
    """
    workspace = (await queries.lock_workspaces(conn, {workspace_id}))[workspace_id]
    stored = await history_queries.find_entry(conn, workspace_id, number)
    if stored is None:
        raise EntryNotFound(f"entry {number}")
    if stored.undone_by is not None:
        raise NothingToUndo(f"entry {stored.undone_by} undid it")
    cause = stored.entry.cause
    speech = (
        await _taken_back(conn, workspace, cause, number) if cause else await _against_rule(conn, workspace, [stored])
    )
    return await deciding.speak(conn, workspace_id, speech, by=by, dry_run=dry_run)


async def undo_since(
    conn: AsyncConnection, workspace_id: UUID, since: datetime, *, by: UUID | None, dry_run: bool = False
) -> tuple[Outcome, bool]:
    """Undo what rules joined since then, the latest first, so many at once; tell whether there is more."""
    workspace = (await queries.lock_workspaces(conn, {workspace_id}))[workspace_id]
    entries = await history_queries.list_joined_by_rule(
        conn, workspace_id, since=since, before=history_queries.LAST, at_most=UNDONE_AT_ONCE + 1
    )
    some = entries[:UNDONE_AT_ONCE]
    if not some:
        return Outcome(contacts=(), gone=(), entries=(), dry_run=dry_run), False
    speech = await _against_rule(conn, workspace, some)
    return await deciding.speak(conn, workspace_id, speech, by=by, dry_run=dry_run), len(entries) > len(some)


async def _against_rule(conn: AsyncConnection, workspace: Workspace, entries: Sequence[StoredEntry]) -> Speech:
    """Say the contrary of what rules did."""
    spoken: list[Spoken] = []
    for stored in entries:
        verdict: Verdict = "different" if stored.entry.kind == "joined" else "same"
        spoken.append((verdict, tuple(frozenset(side.members) for side in stored.entry.sides)))
    against = await deciding.list_against(conn, workspace, spoken)
    undoes = tuple(stored.number for stored in entries)
    return Speech(spoken=tuple(spoken), withdrawn=tuple(against), undoes=undoes)


async def _taken_back(conn: AsyncConnection, workspace: Workspace, cause: Cause, number: int) -> Speech:
    """Say the contrary of what a person said: what they made is withdrawn, what they withdrew is said again."""
    said = await decision_queries.find_said(conn, workspace.workspace_id, (*cause.made, *cause.withdrew))
    made = [each.spoken for each in said if each.in_force and each.spoken.number in cause.made]
    again = [each for each in said if not each.in_force and each.spoken.number in cause.withdrew]
    if not made and not again:
        raise NothingToUndo("it was taken back already, or those whom it concerned were erased")
    spoken = [(each.spoken.verdict, each.spoken.sides) for each in again if isinstance(each.spoken, Decision)]
    against = await deciding.list_against(conn, workspace, spoken)
    return Speech(
        spoken=tuple(spoken),
        pinned=tuple(_pins(again)),
        withdrawn=(*made, *(each for each in against if each not in made)),
        undoes=(number,),
    )


def _pins(said: Iterable[Said]) -> Iterable[tuple[UUID, str, str]]:
    pins = (each.spoken for each in said if isinstance(each.spoken, Pin))
    return ((pin.source_id, pin.field, pin.value) for pin in pins)
