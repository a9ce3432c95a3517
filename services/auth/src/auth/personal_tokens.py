"""Tokens that people make for programs of their own: shown once, kept as a fingerprint, exchanged for short ones."""

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid4

import structlog
from contracts.people import NewPersonalToken, PersonalTokenView, UserView
from servicekit.database import see_workspaces
from servicekit.errors import NotFound, Unauthorized
from servicekit.principal import READ, Principal
from sqlalchemy.ext.asyncio import AsyncConnection

from auth import names, personal_token_queries, queries, refresh_tokens
from auth.caller import person_of
from auth.requests import PersonalTokenWish

log = structlog.get_logger()

PREFIX = "lmp_"
"""Tells people, and programs that look for secrets, what it is."""


class PersonalTokenNotFound(NotFound):
    """The person has no such token."""

    slug: ClassVar[str] = "personal-token-not-found"
    title: ClassVar[str] = "No such token"


class PersonalTokenRefused(Unauthorized):
    """Nobody made this token, or it has ended, or its person is no more in the workspace."""

    slug: ClassVar[str] = "personal-token-refused"
    title: ClassVar[str] = "The token is not taken"


async def make(
    conn: AsyncConnection, principal: Principal, wish: PersonalTokenWish, *, now: datetime
) -> NewPersonalToken:
    """Make a token, which nobody can be shown again. Raises `NameInvalid`."""
    token = PREFIX + refresh_tokens.new()
    about = PersonalTokenView(
        id=uuid4(),
        name=names.tidy(wish.name, field="name"),
        # Whoever may write may read: a proposal shows what is there.
        scopes=tuple(sorted({READ, *wish.scopes})),
        created_at=now,
        expires_at=now + timedelta(days=wish.expires_in_days),
    )
    person_id, workspace_id = person_of(principal), principal.workspace_id
    await personal_token_queries.save_token(
        conn,
        about,
        person_id=person_id,
        workspace_id=workspace_id,
        token_hash=refresh_tokens.fingerprint(token),
    )
    await queries.record(
        conn, "personal_token_made", workspace_id=workspace_id, actor_id=person_id, subject_id=about.id, now=now
    )
    return NewPersonalToken(token=token, about=about)


async def revoke(conn: AsyncConnection, principal: Principal, token_id: UUID, *, now: datetime) -> None:
    """Take a token out of use. Raises `PersonalTokenNotFound`."""
    person_id, workspace_id = person_of(principal), principal.workspace_id
    if not await personal_token_queries.delete_token(conn, token_id, person_id=person_id, workspace_id=workspace_id):
        raise PersonalTokenNotFound
    await queries.record(
        conn, "personal_token_revoked", workspace_id=workspace_id, actor_id=person_id, subject_id=token_id, now=now
    )


async def recognise(conn: AsyncConnection, token: str, *, now: datetime) -> tuple[UserView, tuple[str, ...]]:
    """Tell who made a token, as they are in the workspace today, and its scopes. Raises `PersonalTokenRefused`."""
    held = await personal_token_queries.use_token(conn, refresh_tokens.fingerprint(token), now=now)
    if held is None:
        raise PersonalTokenRefused
    await see_workspaces(conn, (held.workspace_id,))
    user = await queries.find_user(conn, held.person_id, held.workspace_id)
    if user is None:
        raise PersonalTokenRefused
    return user, held.scopes
