"""HTTP in, for workspaces. A token is for one workspace, so others are listed but not reached with it."""

from datetime import UTC, datetime
from uuid import UUID

from contracts.pages import ItemPage
from contracts.workspaces import WorkspaceView
from litestar import Response, delete, get, patch
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody
from servicekit.principal import Principal
from sqlalchemy.ext.asyncio import AsyncConnection

from auth import queries, workspaces
from auth.answers import Answers
from auth.caller import person_of
from auth.means import Means
from auth.requests import Confirmation, WorkspaceChange


@get("/workspaces")
async def list_workspaces(
    principal: NamedDependency[Principal], conn: NamedDependency[AsyncConnection]
) -> ItemPage[WorkspaceView]:
    """List the workspaces one is a member of."""
    return ItemPage(items=await queries.list_workspaces(conn, person_of(principal)))


@get("/workspaces/{workspace_id:uuid}")
async def get_workspace(
    workspace_id: FromPath[UUID], principal: NamedDependency[Principal], conn: NamedDependency[AsyncConnection]
) -> WorkspaceView:
    """Show the workspace one is signed in to."""
    return await workspaces.get_workspace(conn, workspace_id, person_id=person_of(principal))


@patch("/workspaces/{workspace_id:uuid}")
async def rename_workspace(
    workspace_id: FromPath[UUID],
    data: JSONBody[WorkspaceChange],
    principal: NamedDependency[Principal],
    conn: NamedDependency[AsyncConnection],
) -> WorkspaceView:
    """Give a workspace another name."""
    return await workspaces.rename_workspace(
        conn, workspace_id, name=data.name, person_id=person_of(principal), now=datetime.now(UTC)
    )


@delete("/workspaces/{workspace_id:uuid}", status_code=204)
async def erase_workspace(
    workspace_id: FromPath[UUID],
    data: JSONBody[Confirmation],
    principal: NamedDependency[Principal],
    means: NamedDependency[Means],
    answers: NamedDependency[Answers],
) -> Response[None]:
    """Erase a workspace and all it holds, everywhere and for good; only its owner may, with their password."""
    await workspaces.erase_workspace(
        means, workspace_id, principal=principal, password=data.password, now=datetime.now(UTC)
    )
    return Response(None, status_code=204, cookies=[answers.cookie.cleared()])


ROUTES: list[HTTPRouteHandler] = [list_workspaces, get_workspace, rename_workspace, erase_workspace]
