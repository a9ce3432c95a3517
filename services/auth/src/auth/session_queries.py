"""The SQL about sessions and their refresh tokens, of which only fingerprints are kept."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from auth.tables import refresh_token, session


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A signed-in device."""

    id: UUID
    person_id: UUID
    workspace_id: UUID
    device: str
    created_at: datetime
    used_at: datetime
    expires_at: datetime


_COLUMNS = tuple(session.c[name] for name in Session.__struct_fields__)
_OPEN = session.c.revoked_at.is_(None)


async def save_session(conn: AsyncConnection, opened: Session) -> None:
    """Write a new session down."""
    await conn.execute(insert(session).values(msgspec.structs.asdict(opened)))


async def save_token(conn: AsyncConnection, token_hash: bytes, *, session_id: UUID, now: datetime) -> None:
    """Write a token of a session down."""
    values = {"token_hash": token_hash, "session_id": session_id, "created_at": now}
    await conn.execute(upsert(refresh_token).values(values).on_conflict_do_nothing())


async def find_session(conn: AsyncConnection, token_hash: bytes) -> UUID | None:
    """Name the session a token is of, whether open or not."""
    statement = select(refresh_token.c.session_id).where(refresh_token.c.token_hash == token_hash)
    return (await conn.execute(statement)).scalar_one_or_none()


async def lock_session(
    conn: AsyncConnection, token_hash: bytes, *, now: datetime
) -> tuple[Session, datetime | None] | None:
    """Lock the open session a token is of, and tell when the token was rotated."""
    statement = (
        select(*_COLUMNS, refresh_token.c.rotated_at)
        .join(refresh_token, refresh_token.c.session_id == session.c.id)
        .where(refresh_token.c.token_hash == token_hash, _OPEN, session.c.expires_at > now)
        # Both rows: of two who refresh at once, the second must see what the first wrote.
        .with_for_update(of=[session, refresh_token])
    )
    row = (await conn.execute(statement)).one_or_none()
    return (msgspec.convert(row, Session, from_attributes=True), row.rotated_at) if row else None


async def rotate_token(
    conn: AsyncConnection, held: Session, *, token_hash: bytes, now: datetime, expires_at: datetime
) -> None:
    """Note that a token has a successor, and that its session is in use."""
    await conn.execute(update(refresh_token).where(refresh_token.c.token_hash == token_hash).values(rotated_at=now))
    await conn.execute(update(session).where(session.c.id == held.id).values(used_at=now, expires_at=expires_at))


async def list_sessions(conn: AsyncConnection, person_id: UUID, *, now: datetime) -> list[Session]:
    """Show a person's open sessions, the last used first."""
    statement = (
        select(*_COLUMNS)
        .where(session.c.person_id == person_id, _OPEN, session.c.expires_at > now)
        .order_by(session.c.used_at.desc(), session.c.id)
    )
    return [msgspec.convert(row, Session, from_attributes=True) for row in await conn.execute(statement)]


async def revoke_session(
    conn: AsyncConnection, session_id: UUID, *, now: datetime, person_id: UUID | None = None
) -> bool:
    """End a session, of this person where one is named; false when there is no such open one."""
    statement = update(session).where(session.c.id == session_id, _OPEN)
    if person_id is not None:
        statement = statement.where(session.c.person_id == person_id)
    return (await conn.execute(statement.values(revoked_at=now))).rowcount == 1


async def revoke_others(conn: AsyncConnection, person_id: UUID, *, kept: UUID | None, now: datetime) -> int:
    """End all of a person's sessions but one; return how many they were."""
    statement = update(session).where(session.c.person_id == person_id, _OPEN)
    if kept is not None:
        statement = statement.where(session.c.id != kept)
    return (await conn.execute(statement.values(revoked_at=now))).rowcount


async def delete_ended(conn: AsyncConnection, moment: datetime) -> int:
    """Forget the sessions that ended before this, and the tokens made before it that have a successor.

    Return how many sessions they were.
    """
    rotated = refresh_token.c.rotated_at
    await conn.execute(delete(refresh_token).where(rotated < moment))
    gone = delete(session).where((session.c.expires_at < moment) | (session.c.revoked_at < moment))
    return (await conn.execute(gone)).rowcount
