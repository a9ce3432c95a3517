"""Organizations over HTTP."""

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from sandbox.wire import Answer, HTTPRequest, answer
from sandbox.zendesk import answers, users
from sandbox.zendesk.desk import Desk
from sandbox.zendesk.errors import not_found
from sandbox.zendesk.gate import Caller
from sandbox.zendesk.paging import page


@get("/organizations")
async def list_organizations(request: HTTPRequest, caller: NamedDependency[Caller]) -> Answer:
    """All of them."""
    caller.need("organizations", "read")
    desk, table = caller.desk, caller.desk.organizations
    found = [int(table.id_of(row)) for row in range(table.rows) if table.lives(row)]
    return page(
        request,
        caller,
        "/organizations",
        "organizations",
        found,
        lambda key: answers.organization(desk, _row(desk, key)),
    )


@get("/organizations/{organization_id:str}")
async def show_organization(organization_id: FromPath[str], caller: NamedDependency[Caller]) -> Answer:
    """One of them."""
    caller.need("organizations", "read")
    return answer({"organization": answers.organization(caller.desk, _row(caller.desk, organization_id))})


@get("/organizations/{organization_id:str}/users")
async def list_members(organization_id: FromPath[str], request: HTTPRequest, caller: NamedDependency[Caller]) -> Answer:
    """The living users of one."""
    caller.need("users", "read")
    desk, wanted = caller.desk, _row(caller.desk, organization_id)
    living = (row for row in range(desk.users.rows) if desk.users.lives(row))
    found = [int(desk.users.id_of(row)) for row in living if desk.organization(desk.users.record(row)) == wanted]
    return users.shown(request, caller, f"/organizations/{organization_id}/users", found)


def _row(desk: Desk, key: str | int) -> int:
    """The row of a living organization. Raises `Refusal`."""
    row = desk.present_row("organizations", str(key))
    if row is None:
        raise not_found()
    return row


ROUTES = (list_organizations, show_organization, list_members)
