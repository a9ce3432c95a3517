"""HTTP in: what people decide about golden records, and undoing it."""

from typing import Annotated
from uuid import UUID

from contracts.decisions import (
    DecisionWishes,
    MergeWish,
    Outcome,
    PinWish,
    SplitWish,
    UndoneSince,
    UndoSinceWish,
    UndoWish,
)
from litestar import delete, post, put
from litestar.di import NamedDependency
from litestar.params import FromHeader, FromPath, HeaderParameter, JSONBody, PathParameter
from servicekit.principal import PERSON, Principal
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.decisions import deciding, undoing
from identity.decisions.repeating import say_once

Number = FromPath[Annotated[int, PathParameter(ge=1, le=2**62)]]
Key = FromHeader[
    Annotated[
        str | None,
        HeaderParameter(
            name="Idempotency-Key",
            min_length=1,
            max_length=200,
            pattern=r"^[\x20-\x7e]+\Z",
            description="A text of your own: what is said again under it is taken once, and told again.",
        ),
    ]
]
Field = FromPath[Annotated[str, PathParameter(max_length=50)]]


@post("/contacts/merge", status_code=200)
async def merge_contacts(
    data: JSONBody[MergeWish],
    conn: NamedDependency[AsyncConnection],
    principal: NamedDependency[Principal],
    idempotency_key: Key = None,
) -> Outcome:
    """Say that golden records are one person; with `dry_run`, see what that would lead to."""
    workspace_id, by = principal.workspace_id, principal.user_id

    async def say() -> Outcome:
        return await deciding.merge(
            conn,
            workspace_id,
            data.ids,
            by=by,
            expected=data.expected,
            override=data.override,
            dry_run=data.dry_run,
        )

    return await say_once(conn, workspace_id, idempotency_key, data, say)


@post("/contacts/{golden_id:uuid}/split", status_code=200)
async def split_contact(
    golden_id: FromPath[UUID],
    data: JSONBody[SplitWish],
    conn: NamedDependency[AsyncConnection],
    principal: NamedDependency[Principal],
    idempotency_key: Key = None,
) -> Outcome:
    """Say that some sources of a golden record are another person than the rest."""
    workspace_id, by = principal.workspace_id, principal.user_id

    async def say() -> Outcome:
        return await deciding.split(
            conn, workspace_id, golden_id, data.sources, by=by, expected=data.expected, dry_run=data.dry_run
        )

    return await say_once(conn, workspace_id, idempotency_key, (golden_id, data), say)


@post("/decisions", status_code=200)
async def decide(
    data: JSONBody[DecisionWishes], conn: NamedDependency[AsyncConnection], principal: NamedDependency[Principal]
) -> Outcome:
    """Say of groups of source records that they are the same person, or different ones: all of it, or nothing."""
    return await deciding.decide_between(conn, principal.workspace_id, data, by=principal.user_id)


@put("/contacts/{golden_id:uuid}/pins/{field:str}")
async def pin_value(
    golden_id: FromPath[UUID],
    field: Field,
    data: JSONBody[PinWish],
    conn: NamedDependency[AsyncConnection],
    principal: NamedDependency[Principal],
) -> Outcome:
    """Have a golden record show a value, whatever its sources say."""
    return await deciding.pin_value(conn, principal.workspace_id, golden_id, field, data.value, by=principal.user_id)


@delete("/contacts/{golden_id:uuid}/pins/{field:str}", status_code=200)
async def unpin_value(
    golden_id: FromPath[UUID],
    field: Field,
    conn: NamedDependency[AsyncConnection],
    principal: NamedDependency[Principal],
) -> Outcome:
    """Have a golden record show again what its sources say."""
    return await deciding.unpin_value(conn, principal.workspace_id, golden_id, field, by=principal.user_id)


@post("/history/{number:int}/undo", status_code=200)
async def undo_entry(
    number: Number,
    data: JSONBody[UndoWish],
    conn: NamedDependency[AsyncConnection],
    principal: NamedDependency[Principal],
) -> Outcome:
    """Undo an entry of the history, whatever came after it; with `dry_run`, see what that would lead to."""
    return await undoing.undo(conn, principal.workspace_id, number, by=principal.user_id, dry_run=data.dry_run)


# Some hundreds at once, and not to be had back by one word: a program undoes entry by entry.
@post("/history/undo-joins", status_code=200, opt={"scope": PERSON})
async def undo_joins(
    data: JSONBody[UndoSinceWish], conn: NamedDependency[AsyncConnection], principal: NamedDependency[Principal]
) -> UndoneSince:
    """Undo what rules joined since a time, the latest first, some hundreds at once: ask again while there is more."""
    outcome, more = await undoing.undo_since(
        conn, principal.workspace_id, data.since, by=principal.user_id, dry_run=data.dry_run
    )
    return UndoneSince(outcome=outcome, more=more)


ROUTES = [merge_contacts, split_contact, decide, pin_value, unpin_value, undo_entry, undo_joins]
