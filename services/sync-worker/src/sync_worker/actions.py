"""Actions: asked for, looked at, undone; begun and ended by who carries them out."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from contracts.actions import (
    Action,
    ActionConflicts,
    ActionEnded,
    ActionState,
    ActionView,
    ActionWish,
    CreateContact,
    PossibleActions,
    RecordLink,
    UpdateContact,
)
from contracts.pages import ItemPage
from providers.actions import Ability, Done
from providers.files import FileSource
from providers.source import Page, SourceProvider
from servicekit.errors import BadRequest, Conflict, NotFound, Problem
from servicekit.outbox import publish
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from sync_worker import abilities, action_queries, hint_queries, jobs, operations, queries
from sync_worker.abilities import Fault
from sync_worker.run import Origin
from sync_worker.schedule import ConnectionIsPaused, ConnectionNotActive, ConnectionNotFound

Sources = Mapping[str, SourceProvider | FileSource]

HASH_BYTES = 32
NOT_YET = "It has not been done."


class ActionNotFound(NotFound):
    """No such action, or none that this workspace may see."""

    slug = "action-not-found"
    title = "No such action"


class ActionNotPossible(Conflict):
    """The provider cannot do this, or the account did not let us; `possible` names what can be done."""

    slug = "action-not-possible"
    title = "This connection cannot do that"


class ActionUnfit(Problem):
    """The action is understood, and does not fit what the connection takes."""

    status = 422
    slug = "action-unfit"
    title = "Some of the action does not fit"

    def __init__(self, faults: Sequence[Fault]) -> None:
        errors = [{"field": f"action.{field}", "message": message} for field, message in faults]
        super().__init__(
            "; ".join(f"{_in_words(field)}: {message.removesuffix('.')}" for field, message in faults), errors=errors
        )


def _in_words(field: str) -> str:
    """Call a field of an action as people do."""
    return field.rpartition(".")[2].replace("_", " ")


class KeyMissing(BadRequest):
    """Without a key nobody could tell a second request from a repeated one."""

    slug = "idempotency-key-missing"
    title = "Send an Idempotency-Key"


class KeyReused(Problem):
    """The key was used for something else."""

    status = 422
    slug = "idempotency-key-reused"
    title = "This Idempotency-Key was used for another action"


class NotUndoable(Conflict):
    """The action cannot be undone."""

    slug = "not-undoable"
    title = "This cannot be undone"


class ActionOver(Exception):
    """An attempt at an action may write no more: it ended, was erased, or another worker took it over."""


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt at an action. Only the latest may write."""

    origin: Origin
    action_id: UUID
    action: Action
    attempt: int
    failures: int
    unsure: bool
    asked_at: datetime
    key: str | None
    state: str
    before: Mapping[str, str | None]


async def request_action(
    conn: AsyncConnection, workspace_id: UUID, wish: ActionWish, *, key: str, created_by: UUID, sources: Sources
) -> ActionView:
    """Queue an action; the same under the same key is the one there is.

    Raises `KeyReused`, `ConnectionNotFound`, `ConnectionNotActive`, `ConnectionIsPaused`, `ActionNotPossible` and
    `ActionUnfit`.
    """
    input_hash = _hash(wish)
    if known := await action_queries.find_by_key(conn, workspace_id, key):
        return await _same(conn, workspace_id, known, input_hash)
    action = await _expect_possible(conn, workspace_id, wish, sources)
    made = await _queue(
        conn, workspace_id, wish.connection_id, action, key=key, input_hash=input_hash, created_by=created_by
    )
    if made is None:  # somebody was quicker with the same key
        known = await action_queries.find_by_key(conn, workspace_id, key)
        assert known is not None
        return await _same(conn, workspace_id, known, input_hash)
    return await _view(conn, workspace_id, made)


async def check_action(conn: AsyncConnection, workspace_id: UUID, wish: ActionWish, sources: Sources) -> ActionWish:
    """Return what would be queued, if it could be, and do nothing. Raises as `request_action` does."""
    action = await _expect_possible(conn, workspace_id, wish, sources)
    return ActionWish(connection_id=wish.connection_id, action=action)


async def undo_action(
    conn: AsyncConnection, workspace_id: UUID, action_id: UUID, *, created_by: UUID, sources: Sources
) -> ActionView:
    """Queue what undoes an action, or return what does so already. Raises `ActionNotFound` and `NotUndoable`."""
    done = await action_queries.find_action(conn, workspace_id, action_id, lock=True)
    if done is None:
        raise ActionNotFound
    undoings = await action_queries.find_undoings(conn, workspace_id, [action_id])
    if action_id in undoings:
        return await get_action(conn, workspace_id, undoings[action_id])
    if done.inverse is None:
        raise NotUndoable(done.why_not or NOT_YET)
    inverse = msgspec.convert(done.inverse, UpdateContact)
    wish = ActionWish(connection_id=done.connection_id, action=inverse)
    # What stood there is had back as it stood, be it an email or not.
    await _expect_able(conn, workspace_id, wish, sources)
    made = await _queue(
        conn,
        workspace_id,
        done.connection_id,
        inverse,
        key=None,
        input_hash=_hash(wish),
        created_by=created_by,
        undoes=action_id,
    )
    assert made is not None, "the action is locked, and nothing undoes it"
    return await _view(conn, workspace_id, made)


async def get_action(conn: AsyncConnection, workspace_id: UUID, action_id: UUID) -> ActionView:
    """Return an action. Raises `ActionNotFound`."""
    found = await action_queries.find_action(conn, workspace_id, action_id)
    if found is None:
        raise ActionNotFound
    return await _view(conn, workspace_id, found)


async def list_actions(
    conn: AsyncConnection,
    workspace_id: UUID,
    *,
    connection_id: UUID | None,
    ids: Collection[UUID] | None = None,
    cursor: UUID | None,
    limit: int,
) -> ItemPage[ActionView]:
    """List actions, all or those of a connection or of these ids, the newest first."""
    found = await action_queries.list_actions(
        conn, workspace_id, connection_id=connection_id, ids=ids, before=cursor, at_most=limit + 1
    )
    items = await _views(conn, workspace_id, found[:limit])
    return ItemPage(items=items, next_cursor=str(items[-1].id) if len(found) > limit else None)


async def list_possible(
    conn: AsyncConnection, workspace_id: UUID, connection_id: UUID, sources: Sources
) -> PossibleActions:
    """Tell what a connection can do. Raises `ConnectionNotFound`."""
    known = await queries.find_connection(conn, workspace_id, connection_id)
    if known is None:
        raise ConnectionNotFound
    return abilities.list_possible(sources[known.provider], _granted(known))


async def begin(conn: AsyncConnection, workspace_id: UUID, action_id: UUID) -> Begun | None:
    """Begin the next attempt at an action; None when it has ended, or is no more."""
    row = await action_queries.start_action(conn, workspace_id, action_id)
    known = await queries.find_connection(conn, workspace_id, row.connection_id) if row else None
    if row is None or known is None:
        return None
    return Begun(
        origin=Origin(workspace_id=workspace_id, connection_id=row.connection_id, provider=known.provider),
        action_id=action_id,
        action=_action_of(row),
        attempt=row.attempt,
        failures=row.failures,
        unsure=row.unsure,
        asked_at=row.created_at,
        key=row.idempotency_key,
        state=known.state,
        before=row.before or {},
    )


async def remember(conn: AsyncConnection, begun: Begun, before: Mapping[str, str | None]) -> None:
    """Keep what an attempt is about to replace. Raises `ActionOver`."""
    workspace_id = begun.origin.workspace_id
    if not await action_queries.keep_before(conn, workspace_id, begun.action_id, begun.attempt, before):
        raise ActionOver


async def succeed(conn: AsyncConnection, begun: Begun, done: Done, page: Page, provider: SourceProvider) -> None:
    """Keep what came of an action, and the records it wrote as any others. Raises `ActionOver`."""
    is_being_read = await hint_queries.hold_connection(conn, begun.origin)
    values = {
        "records": msgspec.to_builtins(done.records),
        "inverse": msgspec.to_builtins(done.inverse) if done.inverse else None,
        "why_not": done.why_not,
        "problem": None,
        "contact_id": _contact_of(begun.action) or next((each.provider_id for each in done.records), None),
    }
    await _end(conn, begun, "succeeded", values)
    if is_being_read is not None:
        await _keep(conn, begun.origin, done, page, provider, is_being_read=is_being_read)


async def _keep(
    conn: AsyncConnection, origin: Origin, done: Done, page: Page, provider: SourceProvider, *, is_being_read: bool
) -> None:
    kinds = {each.kind for each in done.records}
    home = next((provider.fetchable[kind] for kind in kinds if kind in provider.fetchable), None)
    if home is None:
        return
    await operations.keep(conn, origin, home, page, lane="live")
    if is_being_read:
        # Its pages may have been read before this was written, and be written after it.
        await hint_queries.want_written(conn, origin, {(each.kind, each.provider_id) for each in done.records})
        await jobs.defer_hints(conn, origin.workspace_id, origin.connection_id)


async def fail(conn: AsyncConnection, begun: Begun, problem: str) -> None:
    """End an action that was not done, or of which nobody knows. Raises `ActionOver`."""
    await _end(conn, begun, "failed", {"problem": problem})


async def clash(conn: AsyncConnection, begun: Begun, problem: str, conflicts: ActionConflicts) -> None:
    """End an action that was not done because something else is there. Raises `ActionOver`."""
    # Of a contact that was not made: it is told of with the one there is, and goes when that one is erased.
    existing = conflicts.existing.provider_id if conflicts.existing else None
    values = {"problem": problem, "conflicts": msgspec.to_builtins(conflicts)}
    await _end(conn, begun, "conflict", values | {"contact_id": _contact_of(begun.action) or existing})


async def put_off(
    conn: AsyncConnection, begun: Begun, problem: str, *, retry_at: datetime, unsure: bool, failures: int
) -> None:
    """Let an action wait."""
    await action_queries.let_action_wait(
        conn,
        begun.origin.workspace_id,
        begun.action_id,
        begun.attempt,
        retry_at=retry_at,
        problem=problem,
        unsure=unsure,
        failures=failures,
    )


async def _expect_possible(conn: AsyncConnection, workspace_id: UUID, wish: ActionWish, sources: Sources) -> Action:
    """Return an action as it is kept, if its connection can do it. Raises as `request_action` does."""
    ability = await _expect_able(conn, workspace_id, wish, sources)
    action, faults = abilities.cleaned(wish.action)
    if faults := [*faults, *abilities.misfits(action, ability)]:
        raise ActionUnfit(faults)
    return action


async def _expect_able(conn: AsyncConnection, workspace_id: UUID, wish: ActionWish, sources: Sources) -> Ability:
    """Return how a connection does such a thing. Raises as `request_action` does, but `ActionUnfit`."""
    known = await queries.find_connection(conn, workspace_id, wish.connection_id)
    if known is None:
        raise ConnectionNotFound
    if known.state == "paused":
        raise ConnectionIsPaused
    if known.state != "active":
        raise ConnectionNotActive
    source, granted = sources[known.provider], _granted(known)
    ability = abilities.ability_of(source, abilities.kind_of(wish.action))
    able = [each.kind for each in abilities.list_possible(source, granted).items if not each.lacks]
    if isinstance(ability, str):
        raise ActionNotPossible(ability, possible=able)
    if lacks := ability.lacks(granted):
        raise ActionNotPossible(f"The account did not grant what this needs: {', '.join(lacks)}.", possible=able)
    return ability


async def _queue(
    conn: AsyncConnection,
    workspace_id: UUID,
    connection_id: UUID,
    action: Action,
    *,
    key: str | None,
    input_hash: bytes,
    created_by: UUID,
    undoes: UUID | None = None,
) -> Row[Any] | None:
    values = {
        "connection_id": connection_id,
        "kind": abilities.kind_of(action),
        "contact_id": _contact_of(action),
        "input": msgspec.to_builtins(action),
        "idempotency_key": key,
        "input_hash": input_hash,
        "created_by": created_by,
        "undoes": undoes,
    }
    made = await action_queries.save_action(conn, workspace_id, values)
    if made:
        await jobs.defer_action(conn, workspace_id, connection_id, made.action_id, contact_id=made.contact_id)
    return made


async def _end(conn: AsyncConnection, begun: Begun, state: ActionState, values: dict[str, Any]) -> None:
    spent = {"retry_at": None, "before": None}
    ended = await action_queries.end_action(
        conn, begun.origin.workspace_id, begun.action_id, begun.attempt, state, values | spent
    )
    if not ended:
        raise ActionOver
    event = ActionEnded(
        workspace_id=begun.origin.workspace_id,
        action_id=begun.action_id,
        connection_id=begun.origin.connection_id,
        kind=abilities.kind_of(begun.action),
        state=state,
        key=begun.key,
        provider_id=next((each["provider_id"] for each in values.get("records") or ()), None),
    )
    publish(conn, [event], lane="live")


async def _same(conn: AsyncConnection, workspace_id: UUID, known: Row[Any], input_hash: bytes) -> ActionView:
    if known.input_hash != input_hash:
        raise KeyReused
    return await _view(conn, workspace_id, known)


async def _view(conn: AsyncConnection, workspace_id: UUID, row: Row[Any]) -> ActionView:
    return (await _views(conn, workspace_id, [row]))[0]


async def _views(conn: AsyncConnection, workspace_id: UUID, rows: Sequence[Row[Any]]) -> list[ActionView]:
    undoings = await action_queries.find_undoings(conn, workspace_id, [row.action_id for row in rows])
    return [_shown(row, undoings.get(row.action_id)) for row in rows]


def _shown(row: Row[Any], undone_by: UUID | None) -> ActionView:
    can_undo = row.inverse is not None and undone_by is None
    undone = "It was undone, or is about to be." if undone_by else None
    return ActionView(
        id=row.action_id,
        connection_id=row.connection_id,
        action=_action_of(row),
        state=row.state,
        created_by=row.created_by,
        created_at=row.created_at,
        ended_at=row.ended_at,
        retry_at=row.retry_at,
        problem=row.problem,
        records=msgspec.convert(row.records or [], list[RecordLink]),
        conflicts=msgspec.convert(row.conflicts, ActionConflicts) if row.conflicts else None,
        can_undo=can_undo,
        why_not=None if can_undo else undone or row.why_not or NOT_YET,
        undoes=row.undoes,
        undone_by=undone_by,
    )


def _action_of(row: Row[Any]) -> Action:
    action: Action = msgspec.convert(row.input, Action)
    return action


def _contact_of(action: Action) -> str | None:
    return None if isinstance(action, CreateContact) else action.contact_id


def _granted(known: Row[Any]) -> tuple[str, ...] | None:
    """The scopes of a connection; None where they are not known, or it may do whatever its person may."""
    return tuple(known.scopes) or None


def _hash(wish: ActionWish) -> bytes:
    return hashlib.blake2b(msgspec.json.encode(wish, order="sorted"), digest_size=HASH_BYTES).digest()
