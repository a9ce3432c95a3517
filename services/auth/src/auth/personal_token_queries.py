"""The SQL about the tokens that people make for programs of their own."""

from datetime import datetime
from uuid import UUID

import msgspec
from contracts.people import PersonalTokenView
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from auth.tables import personal_token

_COLUMNS = tuple(personal_token.c[name] for name in PersonalTokenView.__struct_fields__)


class Holder(msgspec.Struct, frozen=True):
    """Whose a token is, where, and what for."""

    person_id: UUID
    workspace_id: UUID
    scopes: tuple[str, ...]


async def save_token(
    conn: AsyncConnection, made: PersonalTokenView, *, person_id: UUID, workspace_id: UUID, token_hash: bytes
) -> None:
    """Write a new token down."""
    values = {name: getattr(made, name) for name in PersonalTokenView.__struct_fields__} | {
        "scopes": list(made.scopes),
        "person_id": person_id,
        "workspace_id": workspace_id,
        "token_hash": token_hash,
    }
    await conn.execute(insert(personal_token).values(values))


async def list_tokens(conn: AsyncConnection, person_id: UUID, workspace_id: UUID) -> list[PersonalTokenView]:
    """Show a person's tokens in a workspace, the newest first, those that ended too until they are tidied away."""
    statement = (
        select(*_COLUMNS)
        .where(personal_token.c.person_id == person_id, personal_token.c.workspace_id == workspace_id)
        .order_by(personal_token.c.created_at.desc(), personal_token.c.id)
    )
    return [msgspec.convert(row, PersonalTokenView, from_attributes=True) for row in await conn.execute(statement)]


async def delete_token(conn: AsyncConnection, token_id: UUID, *, person_id: UUID, workspace_id: UUID) -> bool:
    """Forget a person's token; false when there is no such."""
    statement = delete(personal_token).where(
        personal_token.c.id == token_id,
        personal_token.c.person_id == person_id,
        personal_token.c.workspace_id == workspace_id,
    )
    return (await conn.execute(statement)).rowcount == 1


async def delete_ended(conn: AsyncConnection, moment: datetime) -> int:
    """Forget the tokens that ended before this; return how many they were."""
    return (await conn.execute(delete(personal_token).where(personal_token.c.expires_at < moment))).rowcount


async def use_token(conn: AsyncConnection, token_hash: bytes, *, now: datetime) -> Holder | None:
    """Tell whose a token is that has not ended, and note that it is in use."""
    statement = (
        update(personal_token)
        .where(personal_token.c.token_hash == token_hash, personal_token.c.expires_at > now)
        .values(used_at=now)
        .returning(personal_token.c.person_id, personal_token.c.workspace_id, personal_token.c.scopes)
    )
    row = (await conn.execute(statement)).one_or_none()
    return Holder(row.person_id, row.workspace_id, tuple(row.scopes)) if row else None
