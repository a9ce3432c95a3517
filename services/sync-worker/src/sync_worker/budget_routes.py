"""HTTP in: what is left of the limits that a provider sets an account."""

from uuid import UUID

from contracts.budgets import BudgetView
from contracts.pages import ItemPage
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from servicekit.principal import Principal
from sqlalchemy.ext.asyncio import AsyncConnection

from sync_worker.budgets import Budgets


@get("/connections/{connection_id:uuid}/budget")
async def show_budget(
    connection_id: FromPath[UUID],
    principal: NamedDependency[Principal],
    conn: NamedDependency[AsyncConnection],
    budgets: NamedDependency[Budgets],
) -> ItemPage[BudgetView]:
    """Show the limits that the provider sets this connection's account, and how much of each is used."""
    return await budgets.show(conn, principal.workspace_id, connection_id)


ROUTES = [show_budget]
