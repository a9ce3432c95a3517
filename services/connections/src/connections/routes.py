"""HTTP in, for people."""

from typing import Annotated, Any
from uuid import UUID

from contracts.connections import ConnectionView, DataChoice
from contracts.pages import ItemPage
from litestar import Request, Response, delete, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from servicekit.errors import Problem
from servicekit.principal import Principal
from servicekit.problems import answer_problem
from sqlalchemy.ext.asyncio import AsyncConnection

from connections import authorization, disconnection, handshakes, operations, pages
from connections.authorization import Callback
from connections.settings import Settings
from connections.vault import Vault


@get("/connections")
async def list_connections(
    conn: NamedDependency[AsyncConnection], removed: FromQuery[bool] = False
) -> ItemPage[ConnectionView]:
    """List the workspace's connections, or those that were removed, whose records may be kept."""
    return await operations.list_connections(conn, removed=removed)


@get("/connections/{connection_id:uuid}")
async def get_connection(connection_id: FromPath[UUID], conn: NamedDependency[AsyncConnection]) -> ConnectionView:
    """Show a connection."""
    return await operations.get_connection(conn, connection_id)


def answer_callback(request: Request[Any, Any, Any], error: Problem) -> Response[bytes]:
    """Answer a failure to whom it concerns: a person in a browser reads a page, a program the problem."""
    answer = answer_problem(request, error)
    if request.accept.best_match(["application/problem+json", "application/json", "text/html"]) != "text/html":
        return answer
    body = pages.page(error.title, error.detail or "You can close this window and try again.")
    return Response(body, status_code=error.status, headers=pages.HEADERS, media_type="text/html")


@get(
    "/connections/{provider:str}/callback",
    opt={"public": True, "any_query": True},
    exception_handlers={Problem: answer_callback},
)
async def complete_authorization(
    provider: FromPath[str],
    request: Request[Any, Any, Any],
    vault: NamedDependency[Vault],
    settings: NamedDependency[Settings],
) -> Response[bytes]:
    """Receive a person back from a provider, and go where they wanted to."""
    query = request.query_params
    callback = Callback(
        provider=provider,
        state=query.get("state"),
        code=query.get("code"),
        error=query.get("error"),
        cookie=request.cookies.get(handshakes.cookie_name(settings.public_url)),
    )
    made = await authorization.complete(vault, callback, public_url=settings.public_url)
    if made.return_to is not None:
        place = settings.public_url.rstrip("/") + handshakes.with_connection(made.return_to, made.connection_id)
        return Response(b"", status_code=303, headers={**pages.HEADERS, "Location": place})
    body = pages.page(f"{made.account_name} is connected", "You can close this window.")
    return Response(body, headers=pages.HEADERS, media_type="text/html")


@delete("/connections/{connection_id:uuid}")
async def disconnect(
    connection_id: FromPath[UUID],
    principal: NamedDependency[Principal],
    vault: NamedDependency[Vault],
    records: Annotated[DataChoice, QueryParameter(name="data")] = "keep",
) -> None:
    """Remove a connection, give its grant back, and keep or erase its records."""
    await disconnection.disconnect(vault, principal.workspace_id, connection_id, records)


ROUTES = [list_connections, get_connection, complete_authorization, disconnect]
