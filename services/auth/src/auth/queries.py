"""The SQL about people, their workspaces, what was done, and the limits on attempts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from contracts.people import Role, UserView
from contracts.workspaces import WorkspaceView
from sqlalchemy import Row, Select, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from auth.tables import audit_log, member, person, sign_in_attempt, workspace

# People --------------------------------------------------------------------------------------------------------


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A person as sign-in needs them, in the workspace they joined first."""

    person_id: UUID
    workspace_id: UUID
    password_hash: str


# Nobody is signed in yet, so no wall is open: the function looks over them.
_FIND_ACCOUNT = text("""
SELECT p.id, m.workspace_id, p.password_hash
FROM person p CROSS JOIN LATERAL (SELECT workspace_id FROM memberships_of(p.id) LIMIT 1) m
WHERE p.email = :email
""")


async def find_account(conn: AsyncConnection, email: str) -> Account | None:
    """Look a person up by their address."""
    row = (await conn.execute(_FIND_ACCOUNT, {"email": email})).one_or_none()
    return Account(person_id=row.id, workspace_id=row.workspace_id, password_hash=row.password_hash) if row else None


# The order of the tables is the order of the locks, and that in which erasing a workspace takes them.
_HOLD_ACCOUNT = text("""
SELECT p.id
FROM workspace w JOIN member m USING (workspace_id) JOIN person p ON p.id = m.person_id
WHERE w.workspace_id = :workspace_id AND p.id = :person_id AND p.password_hash = :password_hash
FOR KEY SHARE OF w, m FOR NO KEY UPDATE OF p
""")


async def hold_account(conn: AsyncConnection, account: Account) -> bool:
    """Keep an account as it is for the rest of the transaction; false when it has changed or gone meanwhile."""
    return (await conn.execute(_HOLD_ACCOUNT, msgspec.structs.asdict(account))).one_or_none() is not None


async def find_password_hash(conn: AsyncConnection, person_id: UUID) -> str | None:
    """Read how a person's password is kept."""
    return (await conn.execute(select(person.c.password_hash).where(person.c.id == person_id))).scalar_one_or_none()


async def find_user(conn: AsyncConnection, person_id: UUID, workspace_id: UUID) -> UserView | None:
    """Show a person in a workspace they are a member of."""
    statement = (
        select(person, member.c.workspace_id, member.c.role)
        .join(member, member.c.person_id == person.c.id)
        .where(person.c.id == person_id, member.c.workspace_id == workspace_id)
    )
    row = (await conn.execute(statement)).one_or_none()
    return _user(row) if row else None


def _user(row: Row[tuple[object, ...]]) -> UserView:
    return msgspec.convert(row, UserView, from_attributes=True)


async def save_person(
    conn: AsyncConnection,
    *,
    person_id: UUID,
    email: str,
    first_name: str,
    last_name: str,
    password_hash: str,
    now: datetime,
) -> bool:
    """Write a new person down; false when the address is somebody's."""
    statement = upsert(person).values(
        id=person_id,
        email=email,
        first_name=first_name,
        last_name=last_name,
        password_hash=password_hash,
        created_at=now,
    )
    made = await conn.execute(statement.on_conflict_do_nothing().returning(person.c.id))
    return made.one_or_none() is not None


async def update_person(conn: AsyncConnection, person_id: UUID, changes: dict[str, str]) -> None:
    """Change some of a person's columns."""
    await conn.execute(update(person).where(person.c.id == person_id).values(changes))


async def delete_people_without_workspace(conn: AsyncConnection, people: Sequence[UUID]) -> int:
    """Forget those of these people who are a member of no workspace any more; return how many they were."""
    alone = select(func.people_without_workspace(list(people)))
    return (await conn.execute(delete(person).where(person.c.id.in_(alone)))).rowcount


# Workspaces ----------------------------------------------------------------------------------------------------


async def save_workspace(conn: AsyncConnection, *, workspace_id: UUID, name: str, now: datetime) -> None:
    """Write a new workspace down."""
    await conn.execute(insert(workspace).values(workspace_id=workspace_id, name=name, created_at=now))


async def save_member(conn: AsyncConnection, *, workspace_id: UUID, person_id: UUID, role: Role, now: datetime) -> None:
    """Let a person into a workspace."""
    await conn.execute(insert(member).values(workspace_id=workspace_id, person_id=person_id, role=role, joined_at=now))


_memberships = ("workspace_id", "name", "role", "created_at")


async def list_workspaces(conn: AsyncConnection, person_id: UUID) -> list[WorkspaceView]:
    """Show every workspace a person is a member of, the first joined first."""
    found = func.memberships_of(person_id).table_valued(*_memberships)
    return [_workspace(row) for row in await conn.execute(select(*(found.c[name] for name in _memberships)))]


async def find_workspace(conn: AsyncConnection, workspace_id: UUID, person_id: UUID) -> WorkspaceView | None:
    """Show a workspace to one of its members."""
    row = (await conn.execute(_as_member(workspace_id, person_id))).one_or_none()
    return _workspace(row) if row else None


async def lock_workspace(conn: AsyncConnection, workspace_id: UUID, person_id: UUID) -> WorkspaceView | None:
    """Show a workspace to one of its members, and let nobody else change it for the rest of the transaction."""
    statement = _as_member(workspace_id, person_id).with_for_update(of=workspace)
    row = (await conn.execute(statement)).one_or_none()
    return _workspace(row) if row else None


def _as_member(workspace_id: UUID, person_id: UUID) -> Select[tuple[object, ...]]:
    return (
        select(workspace, member.c.role)
        .join(member, member.c.workspace_id == workspace.c.workspace_id)
        .where(workspace.c.workspace_id == workspace_id, member.c.person_id == person_id)
    )


def _workspace(row: Row[tuple[object, ...]]) -> WorkspaceView:
    return WorkspaceView(id=row.workspace_id, name=row.name, role=row.role, created_at=row.created_at)


async def rename_workspace(conn: AsyncConnection, workspace_id: UUID, name: str) -> None:
    """Give a workspace another name."""
    await conn.execute(update(workspace).where(workspace.c.workspace_id == workspace_id).values(name=name))


async def list_members(conn: AsyncConnection, workspace_id: UUID) -> list[UUID]:
    """Name the people of a workspace."""
    statement = select(member.c.person_id).where(member.c.workspace_id == workspace_id)
    return list((await conn.execute(statement)).scalars())


async def delete_workspace(conn: AsyncConnection, workspace_id: UUID) -> None:
    """Forget a workspace with its members, invitations, sessions and log."""
    await conn.execute(delete(workspace).where(workspace.c.workspace_id == workspace_id))


# What was done -------------------------------------------------------------------------------------------------


async def record(
    conn: AsyncConnection,
    action: str,
    *,
    workspace_id: UUID,
    actor_id: UUID,
    now: datetime,
    subject_id: UUID | None = None,
) -> None:
    """Write into the workspace's log who did what."""
    await conn.execute(
        insert(audit_log).values(
            workspace_id=workspace_id, at=now, actor_id=actor_id, action=action, subject_id=subject_id
        )
    )


# Attempts ------------------------------------------------------------------------------------------------------

# One statement counts and begins a new window when the last has passed, so that attempts made at once all count.
_COUNT_ATTEMPT = text("""
INSERT INTO sign_in_attempt AS a (subject, attempts, window_began_at) VALUES (:subject, 1, :now)
ON CONFLICT (subject) DO UPDATE SET
    attempts = CASE WHEN a.window_began_at <= :past THEN 1 ELSE a.attempts + 1 END,
    window_began_at = CASE WHEN a.window_began_at <= :past THEN excluded.window_began_at ELSE a.window_began_at END
RETURNING attempts, window_began_at
""")


async def count_attempt(
    conn: AsyncConnection, subject: bytes, *, now: datetime, window: timedelta
) -> tuple[int, datetime]:
    """Count an attempt; return how many there are in the present window, and when it began."""
    row = (await conn.execute(_COUNT_ATTEMPT, {"subject": subject, "now": now, "past": now - window})).one()
    return row.attempts, row.window_began_at


async def take_attempt_back(conn: AsyncConnection, subject: bytes) -> None:
    """Make an attempt as if it had not been."""
    statement = update(sign_in_attempt).where(sign_in_attempt.c.subject == subject, sign_in_attempt.c.attempts > 0)
    await conn.execute(statement.values(attempts=sign_in_attempt.c.attempts - 1))


async def forget_attempts(conn: AsyncConnection, subject: bytes) -> None:
    """Begin anew with a subject."""
    await conn.execute(delete(sign_in_attempt).where(sign_in_attempt.c.subject == subject))


async def delete_attempts_before(conn: AsyncConnection, moment: datetime) -> int:
    """Forget the windows that began before this; return how many they were."""
    return (await conn.execute(delete(sign_in_attempt).where(sign_in_attempt.c.window_began_at < moment))).rowcount
