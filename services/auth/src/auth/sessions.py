"""Sessions: opened by a sign-in, kept open by refresh tokens that are good for one use, ended by anyone's doubt."""

from datetime import datetime, timedelta
from typing import ClassVar, assert_never
from uuid import UUID, uuid4

import msgspec
import structlog
from contracts.people import OpenSessionView, UserView
from servicekit.database import Database, see_workspaces
from servicekit.errors import NotFound, Unauthorized
from sqlalchemy.ext.asyncio import AsyncConnection

from auth import queries, refresh_tokens
from auth import session_queries as sessions
from auth.session_queries import Session

log = structlog.get_logger()


class SessionEnded(Unauthorized):
    """No open session has this refresh token."""

    slug: ClassVar[str] = "session-ended"
    title: ClassVar[str] = "The session has ended; sign in again"


class SessionNotFound(NotFound):
    """The person has no such open session."""

    slug: ClassVar[str] = "session-not-found"
    title: ClassVar[str] = "No such session"


class SignedIn(msgspec.Struct, frozen=True):
    """Who is signed in, and what keeps them so."""

    user: UserView
    refresh_token: str

    def __repr__(self) -> str:
        return f"SignedIn(user_id={self.user.id})"


class Rotation(msgspec.Struct, frozen=True):
    """How refresh tokens follow each other: by this secret, each good for this long."""

    secret: bytes
    lives: timedelta

    def __repr__(self) -> str:
        return f"Rotation(lives={self.lives})"


async def open_session(
    conn: AsyncConnection, rotation: Rotation, *, person_id: UUID, workspace_id: UUID, device: str, now: datetime
) -> str:
    """Open a session and return its first refresh token."""
    opened = Session(
        id=uuid4(),
        person_id=person_id,
        workspace_id=workspace_id,
        device=device,
        created_at=now,
        used_at=now,
        expires_at=now + rotation.lives,
    )
    token = refresh_tokens.new()
    await sessions.save_session(conn, opened)
    await sessions.save_token(conn, refresh_tokens.fingerprint(token), session_id=opened.id, now=now)
    return token


async def refresh(db: Database, rotation: Rotation, token: str, *, now: datetime) -> SignedIn:
    """Exchange a refresh token for its successor. Raises `SessionEnded`.

    A token that comes again is either a second tab or a thief's. Within a few seconds it is given the same
    successor; later its whole session ends, because one of the two holders is not who they should be.
    """
    async with db.transaction() as conn:
        signed_in = await _exchange(conn, rotation, token, now=now)
    # Only now: ending a session must outlast the refusal.
    if signed_in is None:
        raise SessionEnded
    return signed_in


async def _exchange(conn: AsyncConnection, rotation: Rotation, token: str, *, now: datetime) -> SignedIn | None:
    token_hash = refresh_tokens.fingerprint(token)
    held = await sessions.lock_session(conn, token_hash, now=now)
    if held is None:
        return None
    session, rotated_at = held
    await see_workspaces(conn, (session.workspace_id,))
    user = await queries.find_user(conn, session.person_id, session.workspace_id)
    if user is None:
        return None
    successor = refresh_tokens.successor(token, rotation.secret)
    match refresh_tokens.judge(rotated_at, now):
        case "rotate":
            expires_at = now + rotation.lives
            await sessions.rotate_token(conn, session, token_hash=token_hash, now=now, expires_at=expires_at)
            following = refresh_tokens.fingerprint(successor)
            await sessions.save_token(conn, following, session_id=session.id, now=now)
            return SignedIn(user, successor)
        case "repeat":
            return SignedIn(user, successor)
        case "reused":
            await _end_as_stolen(conn, session, now=now)
            return None
        case never:
            assert_never(never)


async def _end_as_stolen(conn: AsyncConnection, session: Session, *, now: datetime) -> None:
    await sessions.revoke_session(conn, session.id, now=now)
    await queries.record(
        conn,
        "refresh_token_reused",
        workspace_id=session.workspace_id,
        actor_id=session.person_id,
        subject_id=session.id,
        now=now,
    )
    log.warning("refresh_token_reused", session_id=session.id, workspace_id=session.workspace_id)


async def end_session(conn: AsyncConnection, token: str, *, now: datetime) -> None:
    """End the session a refresh token is of, whatever its place in the row of tokens; nothing when there is none."""
    session_id = await sessions.find_session(conn, refresh_tokens.fingerprint(token))
    if session_id is not None:
        await sessions.revoke_session(conn, session_id, now=now)


async def current_session(conn: AsyncConnection, token: str | None) -> UUID | None:
    """Name the session a request's refresh token is of."""
    return await sessions.find_session(conn, refresh_tokens.fingerprint(token)) if token else None


async def list_sessions(
    conn: AsyncConnection, person_id: UUID, *, token: str | None, now: datetime
) -> list[OpenSessionView]:
    """Show where a person is signed in."""
    current = await current_session(conn, token)
    return [
        OpenSessionView(
            id=session.id,
            device=session.device,
            created_at=session.created_at,
            used_at=session.used_at,
            expires_at=session.expires_at,
            current=session.id == current,
        )
        for session in await sessions.list_sessions(conn, person_id, now=now)
    ]


async def revoke_session(
    conn: AsyncConnection, session_id: UUID, *, person_id: UUID, workspace_id: UUID, now: datetime
) -> None:
    """End one of a person's sessions. Raises `SessionNotFound`."""
    if not await sessions.revoke_session(conn, session_id, person_id=person_id, now=now):
        raise SessionNotFound
    await queries.record(
        conn, "session_revoked", workspace_id=workspace_id, actor_id=person_id, subject_id=session_id, now=now
    )
