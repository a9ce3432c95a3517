"""HTTP in: the rules of a workspace."""

from contracts.rules import RulesView, RulesWish
from litestar import get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from servicekit.principal import Principal
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.weights import ruling


@get("/rules")
async def show_rules(conn: NamedDependency[AsyncConnection], principal: NamedDependency[Principal]) -> RulesView:
    """Show the rules by which records are joined and values chosen."""
    return await ruling.show_rules(conn, principal.workspace_id)


@patch("/rules")
async def set_rules(
    data: JSONBody[RulesWish], conn: NamedDependency[AsyncConnection], principal: NamedDependency[Principal]
) -> RulesView:
    """Change rules; what follows for the records that are there is settled in the background."""
    return await ruling.set_rules(conn, principal.workspace_id, data, by=principal.user_id)


@post("/rules/relearn", status_code=200)
async def relearn(conn: NamedDependency[AsyncConnection], principal: NamedDependency[Principal]) -> RulesView:
    """Learn from the records what evidence is worth; what follows is settled in the background."""
    return await ruling.relearn(conn, principal.workspace_id, by=principal.user_id)


ROUTES = [show_rules, set_rules, relearn]
