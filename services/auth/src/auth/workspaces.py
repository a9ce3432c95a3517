"""Workspaces: seen by their members, renamed by those who lead them, erased by their owner."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

import structlog
from contracts.people import Role
from contracts.workspaces import WorkspaceErased, WorkspaceView
from servicekit.errors import Forbidden, NotFound
from servicekit.outbox import publish
from servicekit.principal import Principal
from sqlalchemy.ext.asyncio import AsyncConnection

from auth import names, queries
from auth.caller import person_of
from auth.means import Means
from auth.operations import confirm_password

log = structlog.get_logger()


class WorkspaceNotFound(NotFound):
    """There is no such workspace, or the person is not signed in to it."""

    slug: ClassVar[str] = "workspace-not-found"
    title: ClassVar[str] = "No such workspace"


class RoleTooSmall(Forbidden):
    """The person's role in the workspace does not reach that far."""

    slug: ClassVar[str] = "role-too-small"
    title: ClassVar[str] = "Your role does not allow this"


async def get_workspace(conn: AsyncConnection, workspace_id: UUID, *, person_id: UUID) -> WorkspaceView:
    """Show a workspace. Raises `WorkspaceNotFound`."""
    workspace = await queries.find_workspace(conn, workspace_id, person_id)
    if workspace is None:
        raise WorkspaceNotFound
    return workspace


async def rename_workspace(
    conn: AsyncConnection, workspace_id: UUID, *, name: str, person_id: UUID, now: datetime
) -> WorkspaceView:
    """Give a workspace another name. Raises `WorkspaceNotFound`, `RoleTooSmall` and `NameInvalid`."""
    await require_role(conn, workspace_id, person_id, "owner", "admin")
    await queries.rename_workspace(conn, workspace_id, names.tidy(name, field="name"))
    await queries.record(conn, "workspace_renamed", workspace_id=workspace_id, actor_id=person_id, now=now)
    return await get_workspace(conn, workspace_id, person_id=person_id)


async def erase_workspace(
    means: Means, workspace_id: UUID, *, principal: Principal, password: str, now: datetime
) -> None:
    """Forget a workspace here, and tell everyone to. Its people go with it, unless they are in another one too.

    Raises `WorkspaceNotFound`, `RoleTooSmall`, `WrongPassword` and `TooManyAttempts`.
    """
    person_id = person_of(principal)
    async with means.db.transaction(principal.workspace_id) as conn:
        await require_role(conn, workspace_id, person_id, "owner")
    await confirm_password(means, person_id, password, now=now)
    async with means.db.transaction(principal.workspace_id) as conn:
        await require_role(conn, workspace_id, person_id, "owner")
        await _erase(conn, workspace_id)


async def _erase(conn: AsyncConnection, workspace_id: UUID) -> None:
    people = await queries.list_members(conn, workspace_id)
    await queries.delete_workspace(conn, workspace_id)
    gone = await queries.delete_people_without_workspace(conn, people)
    publish(conn, [WorkspaceErased(workspace_id=workspace_id)])
    log.info("workspace_erased", workspace_id=str(workspace_id), people=gone)


async def require_role(conn: AsyncConnection, workspace_id: UUID, person_id: UUID, *roles: Role) -> None:
    """Lock a workspace for one of these roles; the role is the present one, not the token's.

    Raises `WorkspaceNotFound` and `RoleTooSmall`.
    """
    workspace = await queries.lock_workspace(conn, workspace_id, person_id)
    if workspace is None:
        raise WorkspaceNotFound
    if workspace.role not in roles:
        raise RoleTooSmall(f"this needs the role {' or '.join(roles)}")
