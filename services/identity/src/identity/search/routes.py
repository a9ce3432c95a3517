"""HTTP in, for views that are kept."""

from uuid import UUID

from contracts.pages import ItemPage
from contracts.views import SavedView
from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from servicekit.errors import Forbidden
from servicekit.principal import Principal
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.search import view_queries, views
from identity.search.views import NewView, ViewChange


@get("/views")
async def list_views(
    conn: NamedDependency[AsyncConnection], principal: NamedDependency[Principal]
) -> ItemPage[SavedView]:
    """List the views that the workspace keeps, by name."""
    return ItemPage(items=await view_queries.list_views(conn, principal.workspace_id))


@post("/views")
async def save_view(
    data: JSONBody[NewView], conn: NamedDependency[AsyncConnection], principal: NamedDependency[Principal]
) -> SavedView:
    """Keep a view: a search, a filter as `GET /contacts` takes it, an order and columns, under a name."""
    if principal.user_id is None:
        raise Forbidden("this needs a signed-in person")
    return await views.save_view(conn, principal.workspace_id, data, made_by=principal.user_id)


@patch("/views/{view_id:uuid}")
async def change_view(
    view_id: FromPath[UUID],
    data: JSONBody[ViewChange],
    conn: NamedDependency[AsyncConnection],
    principal: NamedDependency[Principal],
) -> SavedView:
    """Change a view; what is left out stays."""
    return await views.change_view(conn, principal.workspace_id, view_id, data)


@delete("/views/{view_id:uuid}", status_code=204)
async def delete_view(
    view_id: FromPath[UUID], conn: NamedDependency[AsyncConnection], principal: NamedDependency[Principal]
) -> None:
    """Keep a view no longer."""
    await views.delete_view(conn, principal.workspace_id, view_id)


ROUTES = [list_views, save_view, change_view, delete_view]
